using System.Text.Json.Nodes;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.ReadModels;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Projecting;

/// <summary>Rows and state of one read model, as its tables hold them.</summary>
internal sealed class ReadModelRows(LocalRunner runner, string readModel)
{
    private const int PageSize = 500;

    private readonly DynamoDbReadModelTable _table = new(runner.DynamoDb, runner.Settings.ReadModelTablePrefix, TimeProvider.System);

    public string Name => readModel;

    public DynamoDbReadModelRegistry Registry { get; } = new(runner.DynamoDb, runner.Settings.ReadModelsTable, TimeProvider.System);

    public Task<ReadModelState?> StateAsync(CancellationToken cancellationToken) => Registry.GetAsync(readModel, cancellationToken);

    public async Task<int?> LiveAsync(CancellationToken cancellationToken) => (await StateAsync(cancellationToken))?.Live;

    /// <summary>What differs between the rows of the version that answers and what they must be; nothing when they are the same.</summary>
    public async Task<List<string>> DifferencesAsync(IReadOnlyDictionary<string, JsonObject> wanted, CancellationToken cancellationToken)
    {
        if (await LiveAsync(cancellationToken) is not { } live) return ["no version answers yet"];
        var found = await AllAsync(live, cancellationToken);
        var differences = new List<string>();
        foreach (var (key, row) in wanted)
        {
            if (!found.Remove(key, out var held)) differences.Add($"{key} is missing");
            else if (!JsonNode.DeepEquals(held, row)) differences.Add($"{key} is {held.ToJsonString()} instead of {row.ToJsonString()}");
        }

        differences.AddRange(found.Keys.Select(key => $"{key} should not be there"));
        return differences;
    }

    private async Task<Dictionary<string, JsonNode>> AllAsync(int version, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        string? token = null;
        do
        {
            var page = await _table.ListAsync(new ReadModelVersionId(readModel, version), new RowQuery(null, null, null, null, false, PageSize, token), cancellationToken);
            foreach (var row in page.Rows) rows[row.Key] = JsonNode.Parse(row.Document.Span)!;
            token = page.PageToken;
        }
        while (token is not null);
        return rows;
    }
}
