using System.Globalization;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Debezium;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.InProcess;

/// <summary>
/// Counts, from the logs of a topology, which match values find a row. It takes match values, keys and rows as tasks do, whatever the strategy; a stream's events are
/// compared with the rows as they are last.
/// </summary>
internal sealed class MatchCounter(JoinTopology topology, TopologyLogs logs, JoinOptions options)
{
    private readonly EnrichmentBuffer _buffer = new();

    /// <summary>The relations of the entity in the order of the definition, each with its nested ones after it.</summary>
    public IReadOnlyList<RelationMatches> Count()
    {
        var all = new Dictionary<string, RelationMatches>(StringComparer.Ordinal);
        foreach (var part in topology.SubTopologies.Where(part => part.Kind is SubTopologyKind.Root or SubTopologyKind.Nested))
        {
            var values = ValuesOf(part.Node);
            foreach (var relation in part.Node.Enricher.Relations)
            {
                var name = PathOf(part.Node, relation.Name);
                all.Add(name, Of(name, relation, values[relation.Index]));
            }
        }

        return [.. PathsOf(topology.Definition.Relations, "").Where(all.ContainsKey).Select(path => all[path])];
    }

    // Of a nested join the entity is named after the relations around it: user-profile-stars. A relation's own name may have dashes, so the way down is taken, not the text apart.
    private string PathOf(JoinNode node, string relation) =>
        node.IsNested ? $"{PathOf(topology.Definition.Relations, node.Definition.Entity, topology.Entity, "")}.{relation}" : relation;

    private static string? PathOf(IEnumerable<RelationDefinition> relations, string entity, string prefix, string path)
    {
        foreach (var relation in relations.Where(relation => relation.Relations.Length > 0))
        {
            var (name, here) = ($"{prefix}-{relation.Name}", path + relation.Name);
            if (name == entity) return here;
            if (PathOf(relation.Relations, entity, name, here + ".") is { } below) return below;
        }

        return null;
    }

    private static IEnumerable<string> PathsOf(IEnumerable<RelationDefinition> relations, string path) =>
        relations.SelectMany(relation => PathsOf(relation.Relations, $"{path}{relation.Name}.").Prepend(path + relation.Name));

    private HashSet<byte[]>[] ValuesOf(JoinNode node)
    {
        var values = node.Enricher.Relations.Select(_ => new HashSet<byte[]>(ByteKeyComparer.Instance)).ToArray();
        foreach (var row in RowsOf(node))
        {
            _buffer.Clear();
            if (node.Enricher.Scan(default, row.Span, _buffer, out var scan, hasKey: false).Kind == EnrichmentKind.Rejected) continue;
            for (var index = 0; index < scan.KeyCount; index++)
            {
                var text = _buffer.KeyAt(scan, index, row.Span, out var relation);
                if (!values[relation].GetAlternateLookup<ReadOnlySpan<byte>>().Contains(text)) values[relation].Add(text.ToArray());
            }
        }

        return values;
    }

    private IEnumerable<ReadOnlyMemory<byte>> RowsOf(JoinNode node)
    {
        var root = node.Definition.Root;
        if (root.Kind == RootKind.Stream) return logs.Of(root.Topic).Where(record => record.Value is not null).Select(record => record.Value!.Value);
        var rows = new Dictionary<byte[], ReadOnlyMemory<byte>>(ByteKeyComparer.Instance);
        var records = new RelatedRecords(root.Format, logs.Partitions[root.Topic]);
        foreach (var record in logs.Of(root.Topic))
        {
            var kind = records.Read(record, out var row, out _);
            if (kind == ChangeKind.Truncate) rows.Clear();
            if (row.Key is not { } key) continue;
            if (kind == ChangeKind.Delete) rows.Remove(key.ToArray());
            else if (kind == ChangeKind.Upsert) rows[key.ToArray()] = row.Value!.Value;
        }

        return rows.Values;
    }

    private RelationMatches Of(string name, CompiledRelation relation, HashSet<byte[]> values)
    {
        var table = new BroadcastTable(topology.Entity, 0, relation, logs.Partitions[relation.Table], options with { BroadcastBytes = long.MaxValue });
        foreach (var record in logs.Of(relation.Table)) table.Apply(record);
        var (found, leftOut, missing) = (0L, 0L, new List<byte[]>());
        foreach (var value in values)
        {
            if (table.Find(value) is not { IsEmpty: false } group) missing.Add(value);
            else if (group.Rows is null) leftOut++;
            else found++;
        }

        var keys = table.Groups.Where(group => !group.IsEmpty).Select(group => group.Value).ToList();
        var (missingValue, nearKey) = Nearest(missing, keys);
        return new RelationMatches(name, values.Count, found, leftOut, keys.Count, missingValue, nearKey);
    }

    private static (string? Value, string? Key) Nearest(List<byte[]> missing, List<byte[]> keys)
    {
        var near = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (missing.Count > 0) keys.ForEach(key => near.TryAdd(Loose(key), key));
        var value = missing.Find(value => near.ContainsKey(Loose(value))) ?? missing.FirstOrDefault();
        return value is null ? (null, null) : (Text(value), Text(near.GetValueOrDefault(Loose(value)) ?? keys.FirstOrDefault()));
    }

    // What two texts have in common that people take for the same.
    private static string Loose(byte[] bytes)
    {
        var text = Text(bytes)!.Trim();
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("G29", CultureInfo.InvariantCulture) : text.ToUpperInvariant();
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
