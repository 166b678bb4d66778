namespace EntitySync.Local.New;

/// <summary>Values of several columns of one row taken together.</summary>
internal static class Tuples
{
    /// <returns>Rows that have a value in each column, and these values; a row has several with columns of arrays.</returns>
    public static IEnumerable<string> Of(IReadOnlyList<SampleColumn> columns, int rows)
    {
        if (columns is [var one]) return one.Values.Select(value => value.Value);
        var byRow = columns.Select(column => column.Values.GroupBy(value => value.Row).ToDictionary(group => group.Key, group => group.First().Value)).ToList();
        return Enumerable.Range(0, rows).Where(row => byRow.TrueForAll(values => values.ContainsKey(row))).Select(row => string.Join('\0', byRow.Select(values => values[row])));
    }

    public static bool AreUnique(IReadOnlyList<SampleColumn> columns, int rows)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Of(columns, rows).All(seen.Add);
    }
}
