namespace EntitySync.Core.Feeds;

/// <summary>Merges the partitions of a page.</summary>
internal static class EntryOrder
{
    /// <summary>
    /// By timestamp as far as the order of each partition allows, which always stays: of the next ones of all partitions the oldest comes first, of equally old ones that of the lower
    /// partition. Then all of it the other way round.
    /// </summary>
    /// <param name="partitions">Each by ascending offset.</param>
    public static FeedEntry[] NewestFirst(IReadOnlyList<List<FeedEntry>> partitions)
    {
        var heads = new PriorityQueue<(int List, int Index), (DateTimeOffset Timestamp, int Partition)>();
        for (var list = 0; list < partitions.Count; list++) Add(list, 0);
        var merged = new FeedEntry[partitions.Sum(entries => entries.Count)];
        for (var place = merged.Length - 1; place >= 0; place--)
        {
            var (list, index) = heads.Dequeue();
            merged[place] = partitions[list][index];
            Add(list, index + 1);
        }

        return merged;

        void Add(int list, int index)
        {
            if (index >= partitions[list].Count) return;
            var entry = partitions[list][index];
            heads.Enqueue((list, index), (entry.Timestamp, entry.Partition));
        }
    }
}
