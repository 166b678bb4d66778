using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Replay;

/// <summary>Cuts a replay into slices, and says what a slice reads.</summary>
internal static class ReplaySlicing
{
    /// <summary>Slices that the keys of all causes are spread over at most.</summary>
    private const int MaximumKeySlices = 64;

    public static ImmutableArray<ReplaySlice> Cut(EntityDefinition definition, ReplayRequest request)
    {
        if (request.Ids is { } ids) return [.. Runs(ids.Count, ReplayOptions.IdsPerSlice).Select(run => new ReplaySlice(SliceKind.Ids, null, run.First, run.Count))];
        var related = definition.Related(request.Causes).ToList();
        return definition.Replay!.Ids switch
        {
            DynamoDbIdSourceDefinition table => CutTable(table, related),
            _ when related.Count > 0 => [.. related.Select(keys => new ReplaySlice(SliceKind.Related, keys.Relation, 0, keys.Keys.Length))],
            _ => [new ReplaySlice(SliceKind.Query)],
        };
    }

    /// <summary>The ids of a slice that lists them; null for the other kinds.</summary>
    public static IReadOnlyList<string>? ListedIds(this ReplaySlice slice, ReplayRequest request) =>
        slice.Kind == SliceKind.Ids ? [.. request.Ids!.Skip(slice.First).Take(slice.Count)] : null;

    public static IdQuery Query(this ReplaySlice slice, EntityDefinition definition, ReplayRequest request)
    {
        var query = new IdQuery(definition.Replay!.Ids, [.. new[] { definition.Replay.Filter, request.Where }.OfType<string>()]);
        return slice.Kind switch
        {
            SliceKind.Related => query with { Related = RelatedOf(slice, definition, request) },
            SliceKind.Segment => query with { Segment = slice.First, Segments = slice.Count },
            _ => query,
        };
    }

    private static RelatedKeys RelatedOf(ReplaySlice slice, EntityDefinition definition, ReplayRequest request)
    {
        var all = definition.Related(request.Causes).First(keys => keys.Relation == slice.Relation);
        return all with { Keys = all.Keys.Slice(slice.First, slice.Count) };
    }

    private static ImmutableArray<ReplaySlice> CutTable(DynamoDbIdSourceDefinition table, List<RelatedKeys> related)
    {
        // A relation without an index can only be found by a scan, and a scan finds the entities of the other relations too.
        if (related.Count == 0 || related.Any(keys => !table.Indexes.ContainsKey(keys.Relation)))
        {
            var segments = Math.Clamp(table.Segments, 1, ReplayOptions.MaximumSlices);
            return [.. Enumerable.Range(0, segments).Select(segment => new ReplaySlice(SliceKind.Segment, null, segment, segments))];
        }

        var size = (int)Math.Ceiling(related.Sum(keys => keys.Keys.Length) / (double)MaximumKeySlices);
        return [.. related.SelectMany(keys => Runs(keys.Keys.Length, size).Select(run => new ReplaySlice(SliceKind.Related, keys.Relation, run.First, run.Count)))];
    }

    private static IEnumerable<(int First, int Count)> Runs(int total, int size)
    {
        for (var first = 0; first < total; first += size) yield return (first, Math.Min(size, total - first));
    }
}
