using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Core.Replay;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.ReadModels.Rebuilds;

/// <summary>Topics, tables and functions of a read model in memory, and the state machine in short.</summary>
internal sealed class RebuildWorld
{
    public const string Name = "orders";
    public const string Events = "order-events";
    public const string Payments = "order-payments";
    public const int Partitions = 2;

    private int _executions;

    public RebuildWorld(ReadModelDefinition? definition = null)
    {
        Deployed = definition ?? Definition();
        Registry.Calling = call => Turns.WaitAsync($"registry {call}");
        Tables = new InMemoryReadModelTables(Table) { Calling = (call, version) => Turns.WaitAsync($"{call} {version}") };
        Table.Reading = (version, keys) => Turns.WaitAsync($"read {version} {string.Join(' ', keys)}");
        Table.Writing = (version, row) => Turns.WaitAsync($"write {version} {row.Key}@{row.Revision}");
        Reader.Gate = topic => Turns.WaitAsync($"topic {topic}");
        foreach (var topic in Topics) Reader.CreateTopic(topic, Partitions);
    }

    public static string[] Topics => [Events, Payments];

    public Turns Turns { get; } = new();

    public TestClock Clock { get; } = new();

    public InMemoryTopicReader Reader { get; } = new();

    public InMemoryReadModelTable Table { get; } = new();

    public InMemoryReadModelRegistry Registry { get; } = new();

    public InMemoryReadModelTables Tables { get; }

    public RecordingTopicWriter Writer { get; } = new();

    public CompiledReadModels Compiled { get; } = new();

    /// <summary>What is deployed; may change at any time.</summary>
    public ReadModelDefinition Deployed { get; set; }

    public RebuildOptions Options { get; set; } = new() { PageRecords = 3 };

    public ReadModelState? State => Registry.Find(Name);

    private ReadModelCatalog Catalog => new([Deployed]);

    private VersionRemoval Removal => new(Registry, Tables, NullLogger<VersionRemoval>.Instance);

    private RowWriter Rows => new(Table, Clock, NullLogger<RowWriter>.Instance, new RowWriterOptions { ChunkRows = 2, Parallel = 2 });

    /// <param name="more">Lines under the first rule of order-events, which make the definition another one.</param>
    /// <param name="deletes">False for one whose counts only grow.</param>
    public static ReadModelDefinition Definition(string more = "", bool deletes = true)
    {
        var text = $$"""
            kind: read-model
            readModel: orders
            topics:
              order-events:
                key: id
                time: at
                events:
                  - where: { type: {{(deletes ? "Changed" : "[Changed, Deleted]")}} }
                    set: { status: status }
                    increment: { events: 1 }
                    append: { history: { fields: { what: status, at: at }, limit: 3 } }{{more}}
            {{(deletes ? "      - where: { type: Deleted }\n        delete: true" : "")}}
              order-payments:
                key: id
                time: at
                events:
                  - increment: { paid: amount, events: 1 }
            indexes:
              byStatus: { key: status }
            output: { topic: orders-rows }
            """;
        var result = DefinitionLoader.LoadText(text, "orders.yaml");
        return result.IsValid ? result.ReadModels[0] : throw new InvalidOperationException(string.Join("; ", result.Problems));
    }

    public void Append(string topic, int partition, string key, string type, int at, int number)
    {
        var value = Encoding.UTF8.GetBytes($$"""{"id":"{{key}}","type":"{{type}}","at":{{at}},"status":"s{{number}}","amount":{{number}}.5}""");
        Reader.Append(topic, partition, Encoding.UTF8.GetBytes(key), value, DateTimeOffset.UnixEpoch);
    }

    public ProjectBatch Batch() => new(Catalog, Compiled, Registry, Tables, Table, Rows, Writer, Clock, NullLogger<ProjectBatch>.Instance);

    public RebuildPlanner Planner() => new(Catalog, Registry, Tables, Reader, Removal, Options, Clock, NullLogger<RebuildPlanner>.Instance);

    public ReadModelFiller Filler() => new(Catalog, Registry, Compiled, Reader, Rows, Options, Clock, NullLogger<ReadModelFiller>.Instance);

    public RebuildFinisher Finisher() => new(Registry, Removal, Clock, NullLogger<RebuildFinisher>.Instance);

    /// <summary>An execution of the state machine: its states, its retries, its catches.</summary>
    /// <param name="isShort">Asked before each invocation that fills: true gives it no time for a second page.</param>
    public async Task<RebuildEnd> RebuildAsync(RebuildRequest request, Func<bool>? isShort = null)
    {
        _executions++;
        Clock.Advance(TimeSpan.FromSeconds(1));
        var startedAt = Clock.GetUtcNow();
        RebuildPlan? plan = null;
        CaughtError? caught = null;
        try
        {
            do plan = await RetriedAsync(() => Planner().PlanAsync(request, startedAt, default));
            while (plan.Outcome == RebuildPlan.Wait);
            await Task.WhenAll(plan.Slices.Select(slice => FillAsync(plan, slice, isShort)));
        }
        catch (InvalidRequestException exception)
        {
            caught = new CaughtError(nameof(InvalidRequestException), exception.Message);
        }

        return await RetriedAsync(() => Finisher().FinishAsync(request.ReadModel, plan, caught, default));
    }

    /// <summary>Rows that are there, as JSON text by key.</summary>
    public SortedDictionary<string, string> RowsOf(int version) => new(
        Table.Rows(new ReadModelVersionId(Name, version)).Where(row => row.Document is not null).ToDictionary(row => row.Key, row => Encoding.UTF8.GetString(row.Document!.Value.Span)), StringComparer.Ordinal);

    /// <summary>What a version's rows must be.</summary>
    public SortedDictionary<string, string> Expected(int version)
    {
        var naive = new NaiveReadModel(DefinitionLoader.LoadText(State!.Version(version)!.Definition, "version").ReadModels[0]);
        foreach (var topic in Topics)
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                foreach (var record in Reader.Records(topic, partition)) naive.Add(topic, partition, record);
            }
        }

        return naive.Documents();
    }

    private async Task FillAsync(RebuildPlan plan, string slice, Func<bool>? isShort)
    {
        FillOutcome outcome;
        do
        {
            // Time stands still here: an invocation has no time for another page, or for all of them.
            var calls = 0;
            var left = isShort?.Invoke() == true ? TimeSpan.Zero : TimeSpan.FromHours(1);
            var deadline = Clock.GetUtcNow() + left;
            outcome = await RetriedAsync(() => Filler().FillAsync(new FillRequest(plan.ReadModel, plan.Version, slice, plan.MaximumLag, plan.AllowTruncated), calls++ == 0 ? deadline : Clock.GetUtcNow() + TimeSpan.FromHours(1), default));
        }
        while (outcome.Outcome != FillOutcome.Done);
    }

    private static async Task<T> RetriedAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception exception) when (exception is TransientException or ConflictException)
            {
                // As the state machine does.
            }
        }
    }
}
