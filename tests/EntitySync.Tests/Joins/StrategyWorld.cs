using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Hooks;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins;

/// <summary>One strategy in process, or one for each relation: roots and related rows go in, one after the other and each to its end; the entity's outputs come out.</summary>
internal abstract class StrategyWorld(EntityDefinition definition, int partitions, IEntityHook? hook) : IDisposable
{
    protected TopologyDriver Driver { get; } = new(definition, partitions, hooks: hook is null ? null : _ => hook);

    protected EntityDefinition Definition => definition;

    /// <summary>Everything that came out, dead letters included.</summary>
    public abstract IEnumerable<OutgoingRecord> Written { get; }

    /// <param name="rows">The reference tables that all strategies share; a row is changed there first.</param>
    public static StrategyWorld Create(EntityDefinition definition, Strategy strategy, int partitions, InMemoryReferenceTables rows, IEntityHook? hook = null) =>
        Create(definition, [.. definition.Relations.Select(_ => strategy)], partitions, rows, hook);

    /// <param name="strategies">One for each relation.</param>
    /// <param name="rows">The reference tables that all strategies share; a row is changed there first.</param>
    public static StrategyWorld Create(EntityDefinition definition, IReadOnlyList<Strategy> strategies, int partitions, InMemoryReferenceTables rows, IEntityHook? hook = null)
    {
        definition = definition with { Relations = [.. definition.Relations.Select((relation, index) => relation with { Strategy = strategies[index] })] };
        return strategies.Contains(Strategy.Lookup) ? new LookupWorld(definition, partitions, rows, hook) : new TopologyWorld(definition, partitions, rows, hook);
    }

    public abstract Task RootAsync(string key, string? json);

    public abstract Task RowChangedAsync(string table, string key);

    public void Dispose() => Driver.Dispose();

    /// <summary>The output topic's values of each key, in order, without repetitions in a row: a replay emits in any case, a fan-out only what differs.</summary>
    public Dictionary<string, List<string>> Outputs()
    {
        var outputs = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var record in Written.Where(record => record.Topic == definition.Output.Topic))
        {
            var key = Encoding.UTF8.GetString(record.Key!.Value.Span);
            var value = record.Value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "tombstone";
            if (!outputs.TryGetValue(key, out var values)) values = outputs[key] = [];
            if (values.Count == 0 || values[^1] != value) values.Add(value);
        }

        return outputs;
    }

    private static string? Published(InMemoryReferenceTables rows, string table, string key)
    {
        if (rows.Find(table, key) is not { } row) return null;
        var fields = JsonNode.Parse(row.Json.Span)!.AsObject().Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))
            .Append(KeyValuePair.Create(RelatedRow.VersionAttribute, (JsonNode?)JsonValue.Create(row.Version)));
        return new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal)).ToJsonString();
    }

    /// <summary>The emissions go through Enrich; a changed row of a lookup relation replays every root there is, any other is joined before.</summary>
    private sealed class LookupWorld : StrategyWorld
    {
        private readonly RecordingTopicWriter _writer = new();
        private readonly SortedSet<string> _roots = new(StringComparer.Ordinal);
        private readonly InMemoryReferenceTables _rows;
        private readonly EnrichBatch _enrich;
        private int _taken;

        public LookupWorld(EntityDefinition definition, int partitions, InMemoryReferenceTables rows, IEntityHook? hook)
            : base(definition, partitions, hook)
        {
            _rows = rows;
            _enrich = new EnrichBatch(new EntityCatalog([definition]), new RowCache(rows, TimeProvider.System), _writer, NullLogger<EnrichBatch>.Instance, hooks: hook is null ? null : _ => hook);
        }

        public override IEnumerable<OutgoingRecord> Written => _writer.Written;

        public override Task RootAsync(string key, string? json)
        {
            if (json is null) _roots.Remove(key);
            else _roots.Add(key);
            Driver.Root(key, json);
            return EnrichAsync();
        }

        public override Task RowChangedAsync(string table, string key)
        {
            if (Definition.Relations.Single(relation => relation.From == table).Strategy != Strategy.Lookup)
            {
                Driver.Pipe(table, key, Published(_rows, table, key));
                return EnrichAsync();
            }

            var message = Encoding.UTF8.GetString(new ReplayMessage("r", [_rows.Cause(table, key)]).ToUtf8());
            foreach (var root in _roots) Driver.Replay(root, message);
            return EnrichAsync();
        }

        private async Task EnrichAsync()
        {
            var updates = Driver.Outputs.Skip(_taken).Where(record => record.Topic == Definition.UpdatesTopic())
                .Select((record, index) => new EnrichRecord(_taken + index, record.Key, record.Value, record.Headers)).ToList();
            _taken = Driver.Outputs.Count;
            var result = await _enrich.RunAsync([new PartitionRecords(Definition.UpdatesTopic(), 0, updates)], () => TimeSpan.MaxValue, CancellationToken.None);
            result.ComeAgain.ShouldBeEmpty();
        }
    }

    /// <summary>The topology follows the topic that PublishReference writes: rows with their version.</summary>
    private sealed class TopologyWorld(EntityDefinition definition, int partitions, InMemoryReferenceTables rows, IEntityHook? hook) : StrategyWorld(definition, partitions, hook)
    {
        public override IEnumerable<OutgoingRecord> Written => Driver.Outputs;

        public override Task RootAsync(string key, string? json)
        {
            Driver.Root(key, json);
            return Task.CompletedTask;
        }

        public override Task RowChangedAsync(string table, string key)
        {
            Driver.Pipe(table, key, Published(rows, table, key));
            return Task.CompletedTask;
        }
    }
}
