namespace EntitySync.Local.New;

/// <summary>A table on one side of a join.</summary>
/// <param name="Table">Its sample.</param>
/// <param name="Names">What its rows are called: entity or relation, topic.</param>
internal sealed record JoinSide(SampleTable Table, params IReadOnlyList<string> Names);

/// <summary>Finds by which fields rows belong to their parents: fields with values in common, whose names fit.</summary>
internal static class RelationInference
{
    private const int MostColumns = 60;
    private const int MostFields = 200;

    /// <param name="name">The relation's.</param>
    /// <param name="parent">Whose rows refer to the related ones, or are referred to.</param>
    /// <param name="related">The related rows.</param>
    /// <param name="told">Match and key that the user has named; null for none.</param>
    /// <param name="taken">Fields of the output that others write.</param>
    /// <exception cref="NewException">No fields have values in common, or what was named is not there.</exception>
    public static InferredRelation Infer(string name, JoinSide parent, JoinSide related, (IReadOnlyList<string> Match, IReadOnlyList<string> Key)? told, IReadOnlySet<string> taken)
    {
        var pairs = told is { } fields ? Told(name, parent, related, fields) : Found(name, parent, related);
        var reason = told is null ? ReasonOf(name, pairs, parent, related) : Reason.Told;
        var keys = pairs.ConvertAll(pair => pair.Key);
        var isUnique = Tuples.AreUnique(keys, related.Table.Rows.Count);
        var isMany = !isUnique || pairs.Exists(pair => pair.Match.IsMany);
        var cardinality = !isUnique ? "a key comes with several rows" : isMany ? "a parent has several keys; pick would take one row of them" : "";
        return new InferredRelation(
            name,
            related.Table.Topic,
            related.Table.IsDebezium,
            [.. keys.Select(key => key.Path)],
            [.. pairs.Select(pair => pair.Match.Path)],
            reason,
            isMany,
            cardinality,
            Target(name, parent, isMany, taken),
            Fields(related.Table, keys),
            isMany ? Order(related.Table) : null);
    }

    private static List<ColumnPair> Told(string name, JoinSide parent, JoinSide related, (IReadOnlyList<string> Match, IReadOnlyList<string> Key) told) =>
        [.. told.Match.Zip(told.Key, (match, key) => new ColumnPair(Column(name, parent.Table, match), Column(name, related.Table, key), 0, 0))];

    private static SampleColumn Column(string relation, SampleTable table, string path) => table.Columns.FirstOrDefault(column => column.Path == path)
        ?? throw new NewException($"--match {relation}: no record of {table.Topic} has '{path}'. They have {string.Join(", ", table.Columns.Select(column => column.Path))}.");

    private static List<ColumnPair> Found(string name, JoinSide parent, JoinSide related)
    {
        var pairs = ColumnPairs.Of(parent, related, MostColumns);
        if (pairs.Count == 0)
        {
            throw new NewException(
                $"Relation '{name}': no field of {parent.Table.Topic} has values in common with one of {related.Table.Topic}. Give samples that belong together, "
                + $"or name the fields: --match {name}=FIELD_OF_{parent.Table.Topic}=FIELD_OF_{related.Table.Topic}.");
        }

        var best = pairs[0];
        return best.Key.IsUnique || best.Match.IsMany ? [best] : Second(best, pairs, parent, related) is { } second ? InOrder(best, second, related) : [best];
    }

    /// <summary>A further column that makes the key unique; null when rows are several to a key as they stand.</summary>
    private static ColumnPair? Second(ColumnPair best, List<ColumnPair> pairs, JoinSide parent, JoinSide related)
    {
        foreach (var pair in pairs.Where(pair => pair.NameScore >= 1 && !pair.Match.IsMany && pair.Match != best.Match && pair.Key != best.Key))
        {
            if (!Tuples.AreUnique([best.Key, pair.Key], related.Table.Rows.Count)) continue;
            var keys = Tuples.Of([best.Key, pair.Key], related.Table.Rows.Count).ToHashSet(StringComparer.Ordinal);
            var matches = Tuples.Of([best.Match, pair.Match], parent.Table.Rows.Count).ToHashSet(StringComparer.Ordinal);
            var common = matches.Count(keys.Contains);
            if (common * 2 >= Math.Min(matches.Count, keys.Count) && common > 0) return pair;
        }

        return null;
    }

    private static List<ColumnPair> InOrder(ColumnPair first, ColumnPair second, JoinSide related)
    {
        var order = related.Table.Columns.ToList();
        return order.IndexOf(first.Key) < order.IndexOf(second.Key) ? [first, second] : [second, first];
    }

    private static Reason ReasonOf(string name, List<ColumnPair> pairs, JoinSide parent, JoinSide related)
    {
        var keys = Tuples.Of([.. pairs.Select(pair => pair.Key)], related.Table.Rows.Count).ToHashSet(StringComparer.Ordinal);
        var matches = Tuples.Of([.. pairs.Select(pair => pair.Match)], parent.Table.Rows.Count).ToHashSet(StringComparer.Ordinal);
        var common = matches.Count(keys.Contains);
        var part = (double)common / Math.Min(matches.Count, keys.Count);
        var fits = pairs.TrueForAll(pair => pair.NameScore >= 1);
        var rival = pairs is [var one] ? ColumnPairs.Of(parent, related, MostColumns).Skip(1).FirstOrDefault(other => other.Score > one.Score - 1) : null;
        var sureness = part >= 0.9 && fits && rival is null ? Sureness.Sure : part >= 0.5 && fits ? Sureness.Likely : Sureness.Unsure;
        var others = rival is null ? "" : $"or {rival.Match.Path} and {rival.Key.Path}: --match {name}={rival.Match.Path}={rival.Key.Path}";
        return new Reason($"{common} of {matches.Count} sampled values have a row", sureness, others);
    }

    private static string Target(string name, JoinSide parent, bool isMany, IReadOnlySet<string> taken)
    {
        var own = parent.Table.Rows.SelectMany(row => row.EnumerateObject().Select(property => property.Name)).ToHashSet(StringComparer.Ordinal);
        var target = own.Contains(name) || taken.Contains(name) ? name + (isMany ? "Rows" : "Row") : name;
        for (var number = 2; own.Contains(target) || taken.Contains(target); number++) target = $"{name}{number}";
        return target;
    }

    /// <summary>All top-level fields but the key, which the parent has; none (so the whole row) when some cannot be named, or there are no others.</summary>
    private static List<string> Fields(SampleTable table, List<SampleColumn> keys)
    {
        var names = table.Rows.SelectMany(row => row.EnumerateObject().Select(property => property.Name)).Distinct(StringComparer.Ordinal).Where(field => !field.StartsWith("__", StringComparison.Ordinal)).ToList();
        if (names.Count > MostFields || names.Exists(field => field.Length is 0 or > 255 || field.Any(character => char.IsWhiteSpace(character) || character is '.' or '[' or ']'))) return [];
        return names.FindAll(field => keys.TrueForAll(key => key.Path != field));
    }

    private static string? Order(SampleTable table) => table.Columns
        .Where(column => column.IsTopLevel)
        .Select(column => column.Path)
        .FirstOrDefault(path => path.EndsWith("_at", StringComparison.Ordinal) || path.EndsWith("At", StringComparison.Ordinal) || Names.Fold(path) is "date" or "time" or "timestamp" or "created" or "updated");
}
