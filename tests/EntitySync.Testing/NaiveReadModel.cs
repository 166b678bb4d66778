using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Testing;

/// <summary>Mistakes that a fold could make, to show that a test finds them.</summary>
public enum NaiveMistake
{
    None,

    /// <summary>What came last wins, whatever its time.</summary>
    NewestByArrival,

    /// <summary>A deletion takes only what its own partition brought.</summary>
    DeleteIgnoresOtherLanes,

    /// <summary>A list keeps the elements that came last.</summary>
    LimitByArrival,

    /// <summary>The state is the newest one, not the last of the order.</summary>
    StateByTime,

    /// <summary>An event that comes again counts again.</summary>
    DuplicatesCount,

    /// <summary>A copy with the same id counts again.</summary>
    CopiesCount,
}

/// <summary>
/// The rows that a definition makes of events, worked out anew from all of them by the plain rules: no guard, no merging, no bytes. An event is named by topic, partition and offset and
/// counts once. Events that a read model cannot use are passed over.
/// </summary>
/// <param name="definition">What is asked for.</param>
/// <param name="amountsOfALane">As <see cref="Core.ReadModels.CompiledReadModel.AmountsOfALane"/>.</param>
/// <param name="mistake">Made on purpose.</param>
public sealed class NaiveReadModel(ReadModelDefinition definition, int amountsOfALane = 1000, NaiveMistake mistake = NaiveMistake.None)
{
    private readonly List<NaiveEvent> _events = [];

    private bool HasDeletes => definition.Topics.Any(topic => topic.Deletes);

    /// <summary>Takes a record of a topic, in any order and as often as it comes.</summary>
    public void Add(string topic, int partition, EnrichRecord record)
    {
        if (definition.Topics.FirstOrDefault(one => one.Topic == topic) is not { } read) return;
        if (NaiveEvent.Read(definition, read, partition, record) is { } added) _events.Add(added);
    }

    /// <summary>JSON text of each row that is there, by key (ordinal).</summary>
    public SortedDictionary<string, string> Documents()
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in _events.GroupBy(one => one.Key))
        {
            var events = mistake == NaiveMistake.DuplicatesCount ? [.. row] : row.DistinctBy(one => (one.Topic, one.Partition, one.Offset)).ToList();
            if (Document(events) is { } document) rows.Add(row.Key, document);
        }

        return rows;
    }

    private string? Document(List<NaiveEvent> events)
    {
        var newest = Lanes(events.Where(one => one.Exists)).Select(lane => lane.MaxBy(one => one.Offset)!);
        var fields = definition.Topics.SelectMany(topic => topic.Events).SelectMany(rule => rule.Changes).DistinctBy(change => change.Field)
            .Select(change => (change.Field, Json: Field(change, events)))
            .Where(field => field.Json is not null)
            .ToList();
        if (fields.Count == 0 && newest.All(one => IsCleared(one, events))) return null;
        return $"{{{string.Join(',', fields.Select(field => $"{JsonSerializer.Serialize(field.Field)}:{field.Json}"))}}}";
    }

    private string? Field(FieldChange change, List<NaiveEvent> events)
    {
        var facts = events.SelectMany(one => one.Facts.Where(fact => fact.Field == change.Field)).ToList();
        if (facts.Count == 0) return null;
        if (change.Kind == FieldChangeKind.Increment) return Sum(facts, events);
        if (change.Kind == FieldChangeKind.Append) return List(facts, events, definition.Topics.SelectMany(topic => topic.Events).SelectMany(rule => rule.Changes).Where(one => one.Field == change.Field).Max(one => one.Limit));
        return definition.States.FirstOrDefault(order => order.Field == change.Field) is { } states ? State(states, facts, events) : Value(facts, events);
    }

    private string? Value(List<NaiveFact> facts, List<NaiveEvent> events)
    {
        var left = Lanes(facts).Select(lane => lane.Last(fact => fact.Of.Offset == lane.Max(one => one.Of.Offset))).Where(fact => !IsCleared(fact.Of, events));
        if (mistake == NaiveMistake.NewestByArrival) return facts.LastOrDefault(fact => !IsCleared(fact.Of, events))?.Json;
        return InOrder(left).LastOrDefault()?.Json;
    }

    private string? State(StateOrder states, List<NaiveFact> facts, List<NaiveEvent> events)
    {
        var left = facts.GroupBy(fact => (fact.Of.Topic, fact.Of.Partition, fact.Json)).Select(same => same.MaxBy(fact => fact.Of.Offset)!).Where(fact => !IsCleared(fact.Of, events)).ToList();
        if (left.Count == 0) return null;
        if (mistake == NaiveMistake.StateByTime) return JsonSerializer.Serialize(InOrder(left).Last().Json);
        return JsonSerializer.Serialize(states.Order[left.Max(fact => states.Order.IndexOf(fact.Json!))]);
    }

    private string? List(List<NaiveFact> facts, List<NaiveEvent> events, int limit)
    {
        var kept = Lanes(facts).SelectMany(lane => Own(lane, events).TakeLast(limit)).Where(fact => !IsCleared(fact.Of, events));
        if (mistake == NaiveMistake.LimitByArrival) kept = facts.Where(fact => !IsCleared(fact.Of, events)).TakeLast(limit);
        var list = InOrder(kept).TakeLast(limit).Select(fact => fact.Json).ToList();
        return list.Count == 0 ? null : $"[{string.Join(',', list)}]";
    }

    private string? Sum(List<NaiveFact> facts, List<NaiveEvent> events)
    {
        var counted = new List<NaiveFact>();
        foreach (var lane in Lanes(facts))
        {
            var own = Own(lane, events);
            var old = HasDeletes ? Math.Max(0, own.Count - amountsOfALane) : 0;
            for (var i = 0; i < own.Count; i++)
            {
                if (!IsCleared(own[Math.Max(i, old)].Of, events)) counted.Add(own[i]);
            }
        }

        if (counted.Count == 0) return null;
        var digits = counted.Max(fact => fact.Digits);
        var units = counted.Aggregate(BigInteger.Zero, (sum, fact) => sum + (fact.Units * BigInteger.Pow(10, digits - fact.Digits)));
        var text = BigInteger.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return (units.Sign < 0 ? "-" : "") + (digits == 0 ? text : $"{text[..^digits]}.{text[^digits..]}");
    }

    // By offset, without those that a deletion of their own partition took, and of those with one id the last.
    private List<NaiveFact> Own(List<NaiveFact> lane, List<NaiveEvent> events) =>
        [.. lane.Where(fact => !events.Any(one => one.Deletes && IsSameLane(one, fact.Of) && one.Offset > fact.Of.Offset) && !HasCopy(fact, lane)).OrderBy(fact => fact.Of.Offset)];

    private bool HasCopy(NaiveFact fact, List<NaiveFact> lane) =>
        mistake != NaiveMistake.CopiesCount && fact.Of.Id is { } id && lane.Exists(other => other.Of.Id == id && other.Of.Offset > fact.Of.Offset);

    private bool IsCleared(NaiveEvent one, List<NaiveEvent> events) =>
        events.Any(other => other.Deletes && (IsSameLane(other, one) ? other.Offset > one.Offset : mistake != NaiveMistake.DeleteIgnoresOtherLanes && other.Time >= one.Time));

    private static bool IsSameLane(NaiveEvent one, NaiveEvent other) => one.Topic == other.Topic && one.Partition == other.Partition;

    private static IEnumerable<NaiveFact> InOrder(IEnumerable<NaiveFact> facts) =>
        facts.OrderBy(fact => fact.Of.Time).ThenBy(fact => fact.Of.Topic, StringComparer.Ordinal).ThenBy(fact => fact.Of.Partition).ThenBy(fact => fact.Of.Offset);

    private static IEnumerable<List<NaiveFact>> Lanes(List<NaiveFact> facts) => facts.GroupBy(fact => (fact.Of.Topic, fact.Of.Partition)).Select(lane => lane.ToList());

    private static IEnumerable<List<NaiveEvent>> Lanes(IEnumerable<NaiveEvent> events) => events.GroupBy(one => (one.Topic, one.Partition)).Select(lane => lane.ToList());
}

/// <param name="Json">JSON text, of a state its text; null for a field that was removed.</param>
internal sealed record NaiveFact(NaiveEvent Of, string Field, string? Json, BigInteger Units, int Digits);
