using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Simulation.Oracle;
using EntitySync.Testing;

namespace EntitySync.Simulation.Checks;

/// <summary>
/// Every output of a key is the oracle's on some versions of its root and related rows, and along the list of outputs no version goes back.
/// Several assignments of versions may explain an output, so the check keeps all that could still matter: for each way to choose who is seen, the lowest
/// versions, since whatever can follow a higher one can follow a lower one.
/// </summary>
public sealed class NeverStaleCheck(WorldHistory history)
{
    private const int MostExplanations = 64;

    public IEnumerable<string> Problems() => history.Outputs.SelectMany(entry => ProblemsOf(entry.Key, entry.Value));

    private IEnumerable<string> ProblemsOf(string key, List<OutputRecord> outputs)
    {
        var roots = history.Roots.GetValueOrDefault(key) ?? [];
        var lastRoot = -1L;
        var life = 0;
        List<Explanation> explanations = [Explanation.None];
        foreach (var output in outputs)
        {
            // At-least-once: what was not committed is done again from older versions.
            if (!history.World.Case.IsExactlyOnce && output.Record.Writer != life) (lastRoot, explanations) = (-1, [Explanation.None]);
            life = output.Record.Writer;
            if (output.RootOffset < lastRoot) yield return $"stale root: {output} comes after root {lastRoot}";
            lastRoot = output.RootOffset;
            if (history.Join.IsNested && output.Document is null) continue; // taken back: deleted, dropped or rejected
            var root = roots.Find(version => version.Offset == output.RootOffset && version.Tick < output.Record.Tick);
            if (root is null || root.Row is null != output.Document is null) yield return $"{output} does not come from its root";
            if (root?.Row is null || output.Document is null) continue;
            if (!NaiveJoin.IsRootOf(history.Definition, root.Row, output.Document)) yield return $"{output} differs from its root {NaiveJoin.Canonical(root.Row)}";
            foreach (var relation in history.Definition.Relations.Where(IsOrdered))
            {
                var next = explanations.SelectMany(explanation => Explain(relation, root.Row, output, explanation)).Distinct().Take(MostExplanations).ToList();
                if (next.Count == 0) yield return $"stale or wrong {relation.Name}: {output} has no explanation after {explanations[0]}";
                else explanations = next;
            }
        }
    }

    // At-least-once: a task before this one may have sent old rows again, which are old only until the rest has come again as well.
    private bool IsOrdered(RelationDefinition relation) => history.World.Case.IsExactlyOnce || relation.Strategy == Strategy.Broadcast;

    private IEnumerable<Explanation> Explain(RelationDefinition relation, JsonObject root, OutputRecord output, Explanation before)
    {
        var places = (
            from value in NaiveKeys.Of(root, relation.Match).Distinct()
            from key in history.RelatedKeys(relation)
            select new Place(relation, value, key)).ToList();
        if (history.Definition.Emit.Complete.Contains(relation.Name) && !IsComplete(relation, root, places, output.Record.Tick, before)) return [];
        var seen = new JsonObject(NaiveJoin.TargetsOf(relation)
            .Where(output.Document!.ContainsKey)
            .Select(target => KeyValuePair.Create(target, output.Document[target]?.DeepClone())));
        return relation.Many && seen.FirstOrDefault().Value is JsonArray list
            ? ExplainList(relation, places, list, output.Record.Tick, before)
            : ExplainOne(relation, places, NaiveJoin.Canonical(seen), output.Record.Tick, before);
    }

    /// <summary>Whether each value may have had a row, one by one: all at once is left to the lock-step run.</summary>
    private bool IsComplete(RelationDefinition relation, JsonObject root, List<Place> places, long tick, Explanation before) =>
        NaiveKeys.Of(root, relation.Match).All(value => places.Exists(place => place.Value == value && VersionsFrom(place, before, tick).Any(version => version.Row is not null && NaiveJoin.IsCandidate(relation, version.Row))));

    /// <summary>One row is seen, or none; each other row is absent or loses against it.</summary>
    private IEnumerable<Explanation> ExplainOne(RelationDefinition relation, List<Place> places, string seen, long tick, Explanation before)
    {
        if (Gives([]) && Complete(null, null) is { } without) yield return without;
        foreach (var winner in places)
        {
            foreach (var (index, row) in VersionsFrom(winner, before, tick).Where(version => version.Row is not null && Gives([(winner, version.Row)])))
            {
                if (Complete(winner, row) is { } explanation) yield return explanation.With(winner, index);
            }
        }

        bool Gives(IEnumerable<(Place Place, JsonObject Row)> rows) =>
            NaiveJoin.Fields(relation, [.. rows.OrderBy(row => places.IndexOf(row.Place)).Select(row => new Candidate(row.Place.Value, row.Place.Key, row.Row))]) is { } fields
            && NaiveJoin.Canonical(fields) == seen;

        Explanation? Complete(Place? winner, JsonObject? won)
        {
            var explanation = before;
            foreach (var other in places.Where(place => place != winner))
            {
                List<(Place, JsonObject)> fixedRows = winner is null ? [] : [(winner, won!)];
                var found = VersionsFrom(other, before, tick).Cast<(int Index, JsonObject? Row)?>()
                    .FirstOrDefault(version => version!.Value.Row is not { } row || Gives([.. fixedRows, (other, row)]));
                if (found is not { } version) return null;
                explanation = explanation.With(other, version.Index);
            }

            return explanation;
        }
    }

    /// <summary>
    /// Each row of the list is there with the fields seen, each other row is absent, or left out by <c>where</c>. Behind a full list (<c>limit</c>) it may be
    /// anything: whether it should have been in the list is left to the final check and the lock-step run.
    /// </summary>
    private List<Explanation> ExplainList(RelationDefinition relation, List<Place> places, JsonArray list, long tick, Explanation before)
    {
        List<Explanation> found = [before];
        var isFull = list.Count == relation.Limit;
        var left = list.Select(element => element!.ToJsonString()).ToList();
        foreach (var group in places.GroupBy(place => place.Key).ToList())
        {
            var elements = left.Where(element => JsonNode.Parse(element)!["k"]?.GetValue<string>() == group.Key).ToList();
            foreach (var element in elements) left.Remove(element);
            found = [.. found.SelectMany(explanation => ExplainRow(relation, [.. group], elements, isFull, tick, explanation, before))];
        }

        return left.Count == 0 ? found : [];
    }

    private IEnumerable<Explanation> ExplainRow(RelationDefinition relation, List<Place> places, List<string> elements, bool isFull, long tick, Explanation into, Explanation before)
    {
        if (places.Count == 0) return elements.Count == 0 ? [into] : [];
        var place = places[0];
        var rest = places[1..];
        var absent = VersionsFrom(place, before, tick).Where(version => version.Row is not { } row || isFull || !NaiveJoin.Fits(relation, row)).Take(1)
            .SelectMany(version => ExplainRow(relation, rest, elements, isFull, tick, into.With(place, version.Index), before));
        var present = elements.SelectMany(element => VersionsFrom(place, before, tick)
            .Where(version => version.Row is not null && NaiveJoin.Fits(relation, version.Row) && Element(relation, place, version.Row) == element)
            .Take(1)
            .SelectMany(version => ExplainRow(relation, rest, [.. elements.Where(other => !ReferenceEquals(other, element))], isFull, tick, into.With(place, version.Index), before)));
        return absent.Concat(present);
    }

    private static string Element(RelationDefinition relation, Place place, JsonObject row) =>
        NaiveJoin.Fields(relation, [new Candidate(place.Value, place.Key, row)])!.First().Value![0]!.ToJsonString();

    private IEnumerable<(int Index, JsonObject? Row)> VersionsFrom(Place place, Explanation before, long tick) =>
        history.RowsUnder(place.Relation, place.Value, place.Key)
            .Select((version, index) => (index, version))
            .Where(entry => entry.index >= before.Of(place) && entry.version.Tick < tick)
            .Select(entry => (entry.index, entry.version.Row));
}
