using EntitySync.Core.Definitions;

namespace EntitySync.Local.New;

/// <summary>A definition inferred from samples. The same options and files give the same draft.</summary>
/// <param name="Options">What it was made from.</param>
internal sealed record DefinitionDraft(NewOptions Options, InferredRoot Root, IReadOnlyList<InferredRelation> Relations)
{
    public string Output => Options.Output ?? Options.Root.Topic + "-merged";

    public Strategy Strategy => Options.Strategy;

    /// <summary>Everything inferred, a line each: what, why and how sure.</summary>
    public IEnumerable<string> Remarks
    {
        get
        {
            yield return Root.IsStream ? $"root.kind: stream: {Root.Reason}" : $"root.key: {string.Join(", ", Root.Key)}: {Root.Reason}";
            if (Root.IsDebezium) yield return "root.format: debezium: the sampled records are change events";
            foreach (var remark in Relations.SelectMany(relation => RemarksOf(relation, "relations"))) yield return remark;
        }
    }

    /// <exception cref="NewException">A file cannot be used, or nothing joins its rows.</exception>
    public static DefinitionDraft Infer(NewOptions options)
    {
        var names = options.Relations.Select(relation => string.Join('.', relation.Path)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in options.Matches.Keys.Where(name => !names.Contains(name))) throw new NewException($"--match {name}: there is no relation of that name.");
        var table = SampleTable.Read(options.Root.Topic, options.Root.File);
        var root = RootInference.Infer(table, options.Entity, options.RootKey, options.IsStream);
        var relations = new List<InferredRelation>();
        var sides = new Dictionary<string, (JoinSide Side, List<InferredRelation> Relations, HashSet<string> Taken)>(StringComparer.Ordinal)
        {
            [""] = (new JoinSide(table, options.Entity, options.Root.Topic), relations, [.. root.Key.Select(key => key.Split('.')[0])]),
        };
        foreach (var sample in options.Relations)
        {
            var path = string.Join('.', sample.Path);
            if (!sides.TryGetValue(string.Join('.', sample.Path.SkipLast(1)), out var parent))
                throw new NewException($"--relation {path}: there is no relation '{string.Join('.', sample.Path.SkipLast(1))}' before it.");
            var side = new JoinSide(SampleTable.Read(sample.Sample.Topic, sample.Sample.File), sample.Name, sample.Sample.Topic);
            var relation = RelationInference.Infer(sample.Name, parent.Side, side, options.Matches.TryGetValue(path, out var told) ? told : null, parent.Taken);
            if (!sides.TryAdd(path, (side, relation.Nested, []))) throw new NewException($"--relation {path}: given twice.");
            parent.Taken.Add(relation.Target);
            parent.Relations.Add(relation);
        }

        return new DefinitionDraft(options, root, relations);
    }

    private static IEnumerable<string> RemarksOf(InferredRelation relation, string parent)
    {
        var path = $"{parent}.{relation.Name}";
        yield return $"{path}: {string.Join(", ", relation.Match)} = {string.Join(", ", relation.Key)} of {relation.From}: {relation.Reason}";
        if (relation.IsMany) yield return $"{path}.many: true: {relation.Cardinality}";
        if (relation.IsDebezium) yield return $"{path}.format: debezium: the sampled records are change events";
        if (relation.Target != relation.Name) yield return $"{path}.embed: {relation.Target}: the parent has a field '{relation.Name}' of its own";
        if (relation.Fields.Count == 0) yield return $"{path}.fields: the whole row is embedded";
        foreach (var nested in relation.Nested.SelectMany(nested => RemarksOf(nested, path + ".relations"))) yield return nested;
    }
}
