namespace EntitySync.Core.Definitions;

/// <summary>Finds the allowed word that a misspelt one was probably meant to be.</summary>
internal static class DidYouMean
{
    private const int LongestWord = 64;
    private const int MostWords = 500;
    private const int LongestShown = 80;

    /// <returns>The nearest of <paramref name="allowed"/>, when at most a third of its letters are wrong; else null.</returns>
    public static string? Nearest(string found, IEnumerable<string> allowed)
    {
        if (found.Length is 0 or > LongestWord) return null;
        var folded = Fold(found);
        return allowed
            .Take(MostWords)
            .Where(word => word.Length <= LongestWord && !word.Equals(found, StringComparison.Ordinal))
            .Select(word => (Word: word, Distance: Distance(folded, Fold(word))))
            .Where(near => near.Distance <= Math.Max(1, Math.Max(found.Length, near.Word.Length) / 3))
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Word, StringComparer.Ordinal)
            .Select(near => near.Word)
            .FirstOrDefault();
    }

    /// <summary>What to tell whoever asked for something that is not defined.</summary>
    /// <param name="what">What it would be.</param>
    /// <param name="found">The name that was asked for.</param>
    /// <param name="known">The names there are.</param>
    /// <param name="names">The same as the message lists them.</param>
    public static string DescribeUnknown(string what, string found, IEnumerable<string> known, string names)
    {
        var shown = found.Length <= LongestShown ? found : found[..LongestShown] + "…";
        var meant = Nearest(found, known) is { } near ? $" Did you mean '{near}'?" : "";
        return $"{what} '{shown}' is not known; known: {names}.{meant}";
    }

    // onChange, ON_CHANGE and on-change are the same word to the person who wrote one of them.
    private static string Fold(string word) => word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Edits from one word to the other; two neighbouring letters swapped count as one.</summary>
    private static int Distance(string a, string b)
    {
        var distance = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) distance[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) distance[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(replace, Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        }

        return distance[a.Length, b.Length];
    }
}
