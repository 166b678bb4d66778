using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Reads related rows as <see cref="BatchRead"/> does; a key that no row can have (empty, too long) is not asked for.</summary>
public sealed class DynamoDbRelatedRowReader(IAmazonDynamoDB client, ReferenceTableCatalog tables, EntitySyncSettings settings, TimeProvider clock) : IRelatedRowReader
{
    private readonly BatchRead _read = new(client, clock);

    /// <exception cref="InvalidRequestException">The table is in no definition or not in DynamoDB, or may not be read.</exception>
    public async Task<IReadOnlyList<RelatedRow>> ReadAsync(string table, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        if (!tables.TryGet(table, out var reference)) throw new InvalidRequestException($"No definition looks up a reference table '{table}'.");
        var rows = new List<RelatedRow>(keys.Count);
        var wanted = keys.Where(IsPossible).Select(key => new Dictionary<string, AttributeValue> { [reference.KeyField] = new() { S = key } });
        await _read.ReadAsync(settings.ReferenceTablePrefix + reference.Name, wanted, item => rows.Add(ToRow(reference, item)), cancellationToken);
        return rows;
    }

    private static RelatedRow ToRow(ReferenceTable table, Dictionary<string, AttributeValue> item)
    {
        var key = item[table.KeyField].S;
        try
        {
            return ReferenceItems.ToRow(table.Name, key, item);
        }
        catch (AttributeJsonException exception)
        {
            return new RelatedRow(table.Name, key, ReferenceItems.VersionOf(item), default) { Unusable = exception.Message };
        }
    }

    private static bool IsPossible(string key) => RowBody.KeyError(key) is null;
}
