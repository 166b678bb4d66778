using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.State;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Oracle;

namespace EntitySync.Simulation.Checks;

/// <summary>A committed output, taken apart.</summary>
/// <param name="Record">As it stands in the log.</param>
/// <param name="Key">Key of the entity.</param>
/// <param name="RootOffset">Offset of the root record it says it was made from.</param>
/// <param name="Document">Null for a tombstone.</param>
/// <param name="Replay">The replay message that caused it; null for others.</param>
public sealed record OutputRecord(StoredRecord Record, string Key, long RootOffset, JsonObject? Document, string? Replay)
{
    private const long NoRoot = -2;

    public string Text { get; } = Document is null ? "null" : NaiveJoin.Canonical(Document);

    public static OutputRecord From(StoredRecord record)
    {
        var position = Header(record, HeaderNames.RootPosition) ?? throw new InvalidOperationException($"{record.Position} has no root position.");
        return new OutputRecord(
            record,
            Encoding.UTF8.GetString(record.Key!),
            long.Parse(position.AsSpan(position.IndexOf('@', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture),
            record.Value is null ? null : NaiveJoin.Parse(record.Value),
            Header(record, HeaderNames.Replay));
    }

    /// <summary>Joined rows do not say which version of the row they were made from: it is the lowest that fits and is not below the one before.</summary>
    public static List<OutputRecord> OfJoinedRow(WorldHistory history, IEnumerable<StoredRecord> records)
    {
        var outputs = new List<OutputRecord>();
        foreach (var record in records)
        {
            var before = outputs.Count == 0 || (!history.World.Case.IsExactlyOnce && outputs[^1].Record.Writer != record.Writer) ? -1 : outputs[^1].RootOffset;
            var (key, document) = (Encoding.UTF8.GetString(record.Key!), record.Value is null ? null : NaiveJoin.Parse(record.Value));
            var root = document is null
                ? before
                : history.Roots.GetValueOrDefault(key)?.Find(version => version.Offset >= before && version.Tick < record.Tick && version.Row is { } row && NaiveJoin.IsRootOf(history.Definition, row, document))?.Offset ?? NoRoot;
            outputs.Add(new OutputRecord(record, key, root, document, null));
        }

        return outputs;
    }

    public static string? Header(StoredRecord record, string name) =>
        record.Headers.Where(header => header.Name == name).Select(header => Encoding.UTF8.GetString(header.Value.Span)).SingleOrDefault();

    public override string ToString() => $"{Record.Position} {Key} {Text} (root {RootOffset}, life {Record.Writer}{(Replay is null ? "" : $", replay {Replay}")})";
}
