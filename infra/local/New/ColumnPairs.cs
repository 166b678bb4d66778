namespace EntitySync.Local.New;

/// <summary>A field of the parent row and one of the related row that may be what joins them.</summary>
/// <param name="NameScore">How well the names fit, 0 to 3.</param>
/// <param name="Score">All that speaks for it.</param>
internal sealed record ColumnPair(SampleColumn Match, SampleColumn Key, double NameScore, double Score);

internal static class ColumnPairs
{
    private const double SurelySame = 3;

    /// <summary>Pairs with values in common, the likeliest first.</summary>
    public static List<ColumnPair> Of(JoinSide parent, JoinSide related, int mostColumns)
    {
        var pairs =
            from match in parent.Table.Columns.Where(column => column.IsOfKeys).Take(mostColumns)
            from key in related.Table.Columns.Where(column => column is { IsOfKeys: true, IsMany: false }).Take(mostColumns)
            let pair = Pair(match, key, Names.MatchScore(match.Name, key.Name, parent.Names, related.Names))
            where pair is not null
            orderby pair.Score descending
            select pair;
        return [.. pairs];
    }

    private static ColumnPair? Pair(SampleColumn match, SampleColumn key, double names)
    {
        var common = match.Distinct.Count(key.Distinct.Contains);
        if (common == 0) return null;
        var ofMatch = (double)common / match.Distinct.Count;
        var ofKey = (double)common / key.Distinct.Count;
        if (Math.Max(ofMatch, ofKey) < 0.5 && names < SurelySame) return null;
        var score = names + (2 * Math.Max(ofMatch, ofKey)) + Math.Min(ofMatch, ofKey);
        if (key.IsUnique) score += 0.5;
        else if (!match.IsUnique) score -= 1; // such as a status, which many rows of either side have
        if (names == 0 && match.IsOfWholeNumbers) score -= 1.5; // small numbers are everywhere
        return new ColumnPair(match, key, names, score);
    }
}
