using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>Finds what keeps a topology from going on with state of another shape, and the way out of it.</summary>
internal static class StateShapeComparison
{
    private const string KindOfRoot = StateShape.Root + "root.kind";
    private const string FormatOfRoot = StateShape.Root + "root.format";
    private const string TopicOfRoot = StateShape.Root + "root.topic";

    private static readonly string[] Kept = [StateShape.Root, StateShape.Rows, StateShape.Joined];

    public static ImmutableArray<DefinitionChange> Compare(SortedDictionary<string, string> before, SortedDictionary<string, string> now)
    {
        var entity = before[StateShape.Entity];
        if (now[StateShape.Entity] != entity) return [Renamed(entity, now)];
        var changes = now.Where(place => before.TryGetValue(place.Key, out var was) && was != place.Value).Select(place => Changed(entity, place.Key, before, now)).OfType<DefinitionChange>();
        if (WaitsNoMore(before, now)) changes = changes.Append(LostEvents(entity));
        return [.. changes.Concat(UnreadParts(entity, before, now)).OrderBy(change => change.Path, StringComparer.Ordinal)];
    }

    // The events of a stream wait in its progress topic as long as a relation is shuffled.
    private static bool WaitsNoMore(SortedDictionary<string, string> before, SortedDictionary<string, string> now) =>
        before[KindOfRoot] == "stream" && now[KindOfRoot] == "stream" && before.ContainsKey(TopicOfRoot) && !now.ContainsKey(TopicOfRoot);

    private static DefinitionChange LostEvents(string entity) => new(
        ChangeSeverity.Incompatible,
        "relations",
        $"none has strategy shuffle any more: events that still wait in {entity}-progress would be lost",
        "Stop the producers, wait until /status shows no lag and no rows, and start with the new definition then") { Kept = new KeptState([], [], IsWaiting: true) };

    private static DefinitionChange? Changed(string entity, string place, SortedDictionary<string, string> before, SortedDictionary<string, string> now)
    {
        if (Array.Find(Kept, kept => place.StartsWith(kept, StringComparison.Ordinal)) is not { } prefix) return null; // parts tell more than this
        var path = place[prefix.Length..];
        var text = $"was {Shown(before[place])}, is {Shown(now[place])}";
        string From() => now[prefix + Owner(path) + ".from"];
        return prefix switch
        {
            StateShape.Root => new(ChangeSeverity.Incompatible, path, $"{text}: the notes and answers of {entity}'s tasks are about the entities of before", RootAdvice(entity, before)),
            StateShape.Rows => new(ChangeSeverity.Incompatible, path, $"{text}: {Prefix(entity, path)}-rows holds the rows as they were", RelationAdvice(path, RowsTopics(entity, path), From)) { Kept = StateOf(entity, path, From(), "rows", "questions", "answers") },
            _ => new(ChangeSeverity.Incompatible, path, $"{text}: {Prefix(entity, path)}-joined holds the rows as they were", JoinedAdvice(entity, path, now, From)) { Kept = StateOf(entity, path, From(), "joined", "progress") },
        };
    }

    private static DefinitionChange Renamed(string entity, SortedDictionary<string, string> now)
    {
        var name = now[StateShape.Entity];
        return new DefinitionChange(
            ChangeSeverity.Incompatible,
            "entity",
            $"was {Shown(entity)}, is {Shown(name)}: the internal topics of {name} are empty, and the join host does not read again what it has read for {entity}",
            $"Keep the name; or {Again([.. Leads(now)])}: all is read and emitted again under the new name. Then delete the topics {entity}-*");
    }

    /// <summary>A part that is new, on a topic that another part has read: the position says that nothing is left to read.</summary>
    private static IEnumerable<DefinitionChange> UnreadParts(string entity, SortedDictionary<string, string> before, SortedDictionary<string, string> now)
    {
        var read = Leads(before);
        return
            from part in now
            where part.Key.StartsWith(StateShape.Part, StringComparison.Ordinal) && !before.ContainsKey(part.Key) && read.Contains(part.Value)
            where !IsToldOtherwise(part.Key, before, now)
            select new DefinitionChange(
                ChangeSeverity.Incompatible,
                PathOf(entity, part.Key, now),
                $"its part {part.Key[StateShape.Part.Length..]} is new and reads {part.Value}, of which the join host has committed positions: it would not see the rows before these",
                Capital(Again([part.Value]))) { Kept = new KeptState([], [part.Value]) };
    }

    private static KeptState StateOf(string entity, string path, string from, params ReadOnlySpan<string> topics)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var topic in topics) names.Add($"{Prefix(entity, path)}-{topic}");
        return new KeptState(names.ToImmutable(), IsTopic(path) ? [] : [from]);
    }

    // A root that was JSON and is change events now: the change of format says all.
    private static bool IsToldOtherwise(string part, SortedDictionary<string, string> before, SortedDictionary<string, string> now) =>
        part.EndsWith("-intake", StringComparison.Ordinal) && before.GetValueOrDefault(FormatOfRoot) != now.GetValueOrDefault(FormatOfRoot);

    private static string RootAdvice(string entity, SortedDictionary<string, string> before) =>
        $"Give the new root an entity and an output topic of its own; or {Again([.. Leads(before)], $"the topics {entity}-*")}";

    // Another topic has no positions yet, so a new name is enough.
    private static string RelationAdvice(string path, string topics, Func<string> from) => IsTopic(path)
        ? $"Give the relation another name, so that it gets internal topics of its own; or stop the join host, delete {topics}, and start it"
        : Capital(Again([from()], topics));

    // Rows of shuffled relations below are deleted too, and come again only when their topics are read again.
    private static string JoinedAdvice(string entity, string path, SortedDictionary<string, string> now, Func<string> from)
    {
        var prefix = Prefix(entity, path) + "-";
        var below = new SortedSet<string>(now.Where(place => place.Key.StartsWith(StateShape.Part + prefix, StringComparison.Ordinal)).Select(place => place.Value), StringComparer.Ordinal);
        below.RemoveWhere(topic => topic.StartsWith(prefix, StringComparison.Ordinal));
        if (below.Count == 0) return RelationAdvice(path, $"the topics {prefix}*", from);
        if (!IsTopic(path)) below.Add(from());
        return Capital(Again([.. below], $"the topics {prefix}*"));
    }

    private static string RowsTopics(string entity, string path) => $"{Prefix(entity, path)}-rows, -questions and -answers";

    private static string Again(ImmutableArray<string> topics, string? deleted = null) =>
        $"stop the join host, delete {(deleted is null ? "" : deleted + " and ")}its group's positions in {string.Join(", ", topics)} "
        + "(kafka-consumer-groups.sh --delete-offsets --group JOIN_GROUP_ID --topic TOPIC), and start it";

    private static SortedSet<string> Leads(SortedDictionary<string, string> shape) =>
        new(shape.Where(place => place.Key.StartsWith(StateShape.Part, StringComparison.Ordinal)).Select(place => place.Value), StringComparer.Ordinal);

    private static bool IsTopic(string path) => path.EndsWith(".from", StringComparison.Ordinal);

    /// <summary><c>relations.stars.relations.repo.key</c> of user-profile: <c>user-profile-stars-repo</c>.</summary>
    internal static string Prefix(string entity, string path) => string.Join('-', path.Split('.').Where((_, index) => index % 2 == 1).Prepend(entity));

    private static string PathOf(string entity, string part, SortedDictionary<string, string> now)
    {
        var name = part[StateShape.Part.Length..];
        var owners = now.Keys.Where(place => place.EndsWith(".from", StringComparison.Ordinal)).Select(place => place[(place.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        return owners.FirstOrDefault(path => Prefix(entity, path) is var prefix && (name == prefix || name == prefix + "-rekey")) is { } found ? found[..^".from".Length] : "root";
    }

    private static string Owner(string path) => path[..path.LastIndexOf('.')];

    private static string Shown(string text) => text.Length > 0 ? $"'{text}'" : "nothing";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
