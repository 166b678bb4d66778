namespace EntitySync.Local.New;

/// <summary>Finds the key of a root: what never is null and never comes twice.</summary>
internal static class RootInference
{
    private const int MostColumnsOfPairs = 30;

    /// <param name="table">The sample.</param>
    /// <param name="entity">Name of the entity.</param>
    /// <param name="key">Columns that the user has named; empty for none.</param>
    /// <param name="isStream">True when the user has said that it is a stream.</param>
    /// <exception cref="NewException">A column that the user has named is not there.</exception>
    public static InferredRoot Infer(SampleTable table, string entity, IReadOnlyList<string> key, bool isStream)
    {
        foreach (var path in key.Where(path => table.Columns.All(column => column.Path != path)))
            throw new NewException($"--root-key {path}: no record of {table.Topic} has it. They have {string.Join(", ", table.Columns.Select(column => column.Path))}.");
        if (key.Count > 0) return Root(key, Reason.Told);
        if (isStream) return Root([], Reason.Told);
        return OfRecordKey(table) is { } same ? Root([same.Path], new Reason("the text of every sampled record key", Sureness.Sure)) : OfUnique(table, entity);

        InferredRoot Root(IReadOnlyList<string> columns, Reason reason) => new(table.Topic, isStream, table.IsDebezium, columns, reason);
    }

    private static SampleColumn? OfRecordKey(SampleTable table) => table.Keys.Any(key => key is null)
        ? null
        : table.Columns.FirstOrDefault(column => !column.IsMany && column.IsFull && column.Values.All(value => value.Value == table.Keys[value.Row]));

    private static InferredRoot OfUnique(SampleTable table, string entity)
    {
        var full = table.Columns.Where(column => column is { IsMany: false, IsFull: true, IsOfKeys: true }).ToList();
        var rows = table.Rows.Count;
        var unique = full.Where(column => column.IsUnique).OrderByDescending(column => Score(table, column, entity)).ToList();
        if (unique.Count > 0)
        {
            var score = Score(table, unique[0], entity);
            var sureness = score >= 7 && rows >= 5 && (unique.Count == 1 || Score(table, unique[1], entity) < score) ? Sureness.Sure : score > 0 ? Sureness.Likely : Sureness.Unsure;
            var others = unique.Count > 1 ? $"or {string.Join(", ", unique.Skip(1).Take(3).Select(column => column.Path))}" : "";
            return new InferredRoot(table.Topic, false, table.IsDebezium, [unique[0].Path], new Reason($"in all {rows} sampled records, never twice", sureness, others));
        }

        if (Pair(table, full, entity) is { } pair)
            return new InferredRoot(table.Topic, false, table.IsDebezium, [pair.First.Path, pair.Second.Path], new Reason($"together in all {rows} sampled records, never twice", Sureness.Unsure));
        return new InferredRoot(table.Topic, true, table.IsDebezium, [], new Reason("no field is in every sampled record and never twice, so each record is an event", Sureness.Unsure));
    }

    private static (SampleColumn First, SampleColumn Second)? Pair(SampleTable table, List<SampleColumn> full, string entity)
    {
        var some = full.OrderByDescending(column => Score(table, column, entity)).Take(MostColumnsOfPairs).ToList();
        var pairs =
            from first in some
            from second in some.SkipWhile(column => column != first).Skip(1)
            where Tuples.AreUnique([first, second], table.Rows.Count)
            select full.IndexOf(first) < full.IndexOf(second) ? (first, second) : (second, first);
        // A pair without anything that looks like a key is rather chance.
        foreach (var pair in pairs.Where(pair => Score(table, pair.Item1, entity) > 0 && Score(table, pair.Item2, entity) > 0)) return pair;
        return null;
    }

    private static int Score(SampleTable table, SampleColumn column, string entity) => Math.Max(Names.KeyScore(column.Path, entity), Names.KeyScore(column.Path, table.Topic));
}
