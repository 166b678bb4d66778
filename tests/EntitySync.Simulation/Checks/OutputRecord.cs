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
/// <param name="RootOffset">Offset of the root record it was made from.</param>
/// <param name="Document">Null for a tombstone.</param>
/// <param name="Origin">Position of the root that it says it comes from.</param>
/// <param name="Replay">The replay message that caused it; null for others.</param>
public sealed record OutputRecord(StoredRecord Record, string Key, long RootOffset, JsonObject? Document, Position Origin, string? Replay)
{
    private const long NoRoot = -2;

    public string Text { get; } = Document is null ? "null" : NaiveJoin.Canonical(Document);

    public static OutputRecord From(StoredRecord record)
    {
        var origin = Parse(Header(record, HeaderNames.RootPosition) ?? throw new InvalidOperationException($"{record.Position} has no root position."));
        return new OutputRecord(
            record,
            record.Key is null ? "" : Encoding.UTF8.GetString(record.Key),
            origin.Offset,
            record.Value is null ? null : NaiveJoin.Parse(record.Value),
            origin,
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
            outputs.Add(new OutputRecord(record, key, root, document, record.Position, null));
        }

        return outputs;
    }

    /// <summary>A row's own position does not say which record of the rekeyed root it is of, for a row may come back: it is the lowest that fits and is not below the one before.</summary>
    public static List<OutputRecord> OfRekeyedRoot(WorldHistory history, IEnumerable<StoredRecord> records)
    {
        var outputs = new List<OutputRecord>();
        foreach (var output in records.Select(From))
        {
            var before = outputs.Count == 0 || (!history.World.Case.IsExactlyOnce && outputs[^1].Record.Writer != output.Record.Writer) ? -1 : outputs[^1].RootOffset;
            var root = history.Roots.GetValueOrDefault(output.Key)?.Find(version => version.Offset >= before && version.Tick < output.Record.Tick && version.Origin == output.Origin);
            outputs.Add(output with { RootOffset = root?.Offset ?? NoRoot });
        }

        return outputs;
    }

    private static Position Parse(string position)
    {
        var (dash, at) = (position.LastIndexOf('-'), position.IndexOf('@', StringComparison.Ordinal));
        return new Position(position[..dash], int.Parse(position[(dash + 1)..at], CultureInfo.InvariantCulture), long.Parse(position[(at + 1)..], CultureInfo.InvariantCulture));
    }

    public static string? Header(StoredRecord record, string name) =>
        record.Headers.Where(header => header.Name == name).Select(header => Encoding.UTF8.GetString(header.Value.Span)).SingleOrDefault();

    public override string ToString() => $"{Record.Position} {Key} {Text} (root {RootOffset}, life {Record.Writer}{(Replay is null ? "" : $", replay {Replay}")})";
}
