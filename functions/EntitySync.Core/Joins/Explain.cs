using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>Says what an entity's output is made of. For people: it allocates as it likes.</summary>
internal sealed class Explain(TaskContext context, Enricher enricher, EntityTable entities)
{
    public EntityExplanation Entity(int id)
    {
        var row = entities.RowOf(id);
        var links = new EntityLinks(entities.Relations.Length);
        var root = row.Read(links).ToArray();
        var position = context.RootPositionOf(entities.Rows.KeyOf(id), row.Offset).ToString();
        var buffer = new EnrichmentBuffer();
        var outcome = enricher.Scan(entities.Rows.KeyOf(id), root, buffer, out var scan);
        var rows = new List<(string Value, PreparedRow Row, int Relation)>();
        var missing = new List<(string, string)>();
        var waiting = Collect(links, rows, missing, scan, buffer);
        if (waiting is null && outcome.Kind == EnrichmentKind.NeedsRows) outcome = enricher.Splice(entities.Rows.KeyOf(id), root, scan, buffer);
        var (state, reason) = waiting is not null ? ("waiting", $"no answer yet for {waiting}") : outcome.Kind switch
        {
            EnrichmentKind.Emitted => ("emitted", null),
            EnrichmentKind.Dropped => ("dropped", null),
            _ => ("rejected", outcome.Reason),
        };
        ReadOnlyMemory<byte>? output = state == "emitted" ? buffer.Output.Span.ToArray() : null;
        var chosen = entities.Relations.Select((_, index) => state == "emitted" ? ChosenKeys(index, buffer) : []).ToList();
        return new EntityExplanation(state, reason, output, position, root, [.. rows.Select(found => Explained(found.Value, found.Row, found.Relation, chosen[found.Relation]))], missing);
    }

    /// <returns>The relation and value that have no answer yet; null when all have.</returns>
    private string? Collect(
        EntityLinks links, List<(string Value, PreparedRow Row, int Relation)> rows, List<(string Relation, string Value)> missing, in RootScan scan, EnrichmentBuffer buffer)
    {
        string? waiting = null;
        var next = new int[links.Relations];
        for (var i = 0; i < scan.KeyCount; i++)
        {
            var index = buffer.Keys[scan.FirstKey + i].Relation;
            var relation = entities.Relations[index];
            var value = links.Of(index)[next[index]++];
            var text = Encoding.UTF8.GetString(relation.BytesOf(value));
            var isKnown = relation.TryRows(value, out var row);
            if (!isKnown) waiting ??= $"{relation.Relation.Name} '{text}'";
            buffer.SetRow(scan, i, row);
            var count = rows.Count;
            rows.AddRange(relation.AllRows(value).Select(found => (text, found, index)));
            if (isKnown && rows.Count == count) missing.Add((relation.Relation.Name, text));
        }

        return waiting;
    }

    private static HashSet<byte[]> ChosenKeys(int relation, EnrichmentBuffer buffer)
    {
        var keys = new HashSet<byte[]>(ByteKeyComparer.Instance);
        if (buffer.Chosen[relation] is { } chosen) keys.Add(chosen.Key);
        foreach (var row in buffer.ListOf(relation)) keys.Add(row.Key);
        return keys;
    }

    private ExplainedRow Explained(string value, PreparedRow row, int index, HashSet<byte[]> chosen)
    {
        var relation = entities.Relations[index].Relation;
        return new ExplainedRow(
            relation.Name,
            value,
            Encoding.UTF8.GetString(row.Key),
            row.Origin.ToString(),
            row.Version,
            chosen.Contains(row.Key),
            [.. relation.Definition.Targets.Zip(row.Values, (name, json) => (name, (ReadOnlyMemory<byte>)json))]);
    }
}
