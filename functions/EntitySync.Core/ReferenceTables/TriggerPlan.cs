using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Replay;

namespace EntitySync.Core.ReferenceTables;

/// <summary>Which replays a batch of changes asks for. Pure: the same batch gives the same requests with the same names.</summary>
public static class TriggerPlan
{
    /// <summary>Half of what Step Functions takes (256 KiB): the states of a replay add their own data to its input.</summary>
    public const int DefaultMaximumInputBytes = 128 * 1024;

    private const int MaximumNameLength = 80;
    private const int HashLength = 32;

    /// <param name="entitiesOf">The entities to replay when a row of a table changes.</param>
    /// <param name="maximumInputBytes">Bound of one request as JSON; a larger union of causes is cut into several requests.</param>
    public static IEnumerable<ReplayRequest> For(Func<string, IReadOnlyList<string>> entitiesOf, string source, IReadOnlyList<RowChange> changes, int maximumInputBytes)
    {
        var causes = Causes(changes);
        var byEntity =
            from table in causes.GroupBy(cause => cause.Table, StringComparer.Ordinal)
            from entity in entitiesOf(table.Key)
            from cause in table
            group cause by entity;
        foreach (var entity in byEntity)
        {
            var hash = Hash(entity.Key, source, changes[0].SequenceNumber, changes[^1].SequenceNumber);
            var number = 0;
            foreach (var part in Cut(entity.Key, entity, maximumInputBytes)) yield return Request(Name(entity.Key, hash, ++number), entity.Key, part);
        }
    }

    // A row that changed from A to B and back to A within the batch is a cause too: entities may have been enriched with B in between.
    private static List<ReplayCause> Causes(IReadOnlyList<RowChange> changes)
    {
        var usable = changes.Where(change => change.Unusable is null && change.Key is not null);
        return
        [
            .. from key in usable.GroupBy(change => (change.Table, Key: change.Key!))
               where key.Any(change => change.ChangesContent)
               let last = key.Last()
               select new ReplayCause(last.Table, key.Key.Key, last.New?.Version ?? last.Old?.Version ?? 0, last.New?.Fingerprint),
        ];
    }

    private static IEnumerable<List<ReplayCause>> Cut(string entity, IEnumerable<ReplayCause> causes, int maximumInputBytes)
    {
        // The longest name stands for the real one; the comma after a cause is counted with it.
        var frame = JsonSerializer.SerializeToUtf8Bytes(Request(new string('x', MaximumNameLength), entity, []), ReplayJson.Default.ReplayRequest).Length;
        var part = new List<ReplayCause>();
        var bytes = frame;
        foreach (var cause in causes)
        {
            var size = JsonSerializer.SerializeToUtf8Bytes(cause, ReplayJson.Default.ReplayCause).Length + 1;
            if (part.Count > 0 && bytes + size > maximumInputBytes)
            {
                yield return part;
                part = [];
                bytes = frame;
            }

            part.Add(cause);
            bytes += size;
        }

        yield return part;
    }

    private static ReplayRequest Request(string name, string entity, IReadOnlyList<ReplayCause> causes) => new() { Entity = entity, ReplayId = name, Causes = causes };

    private static string Name(string entity, string hash, int number)
    {
        var suffix = number == 1 ? $"-{hash}" : $"-{hash}-{number}";
        var allowed = string.Concat(entity.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' ? character : '-'));
        return allowed[..Math.Min(allowed.Length, MaximumNameLength - suffix.Length)] + suffix;
    }

    private static string Hash(params string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..HashLength];
}
