using EntitySync.Core.Definitions;

namespace EntitySync.Local.Synth;

/// <summary>
/// What the definitions want of one topic. Several may name it: an order's topic is the root of one, the expected documents of another.
/// </summary>
internal sealed class TopicClaims(string name)
{
    private readonly SortedDictionary<int, string> _single = [];
    private readonly SortedDictionary<int, string> _whole = [];

    public string Name => name;

    public bool IsCompacted { get; private set; }

    public bool IsOurs { get; private set; }

    public bool IsKeptForEver { get; private set; }

    public bool IsDeadLetters { get; private set; }

    public TimeSpan? Retention { get; private set; }

    /// <summary>The topic whose number of partitions it must have, since one task owns a key in both; null when it may have its own.</summary>
    public string? TiedTo { get; private set; }

    /// <summary>The topic whose number it has when nobody says another; null for the default.</summary>
    public string? Like { get; private set; }

    /// <summary>What is said under topicSettings of this topic; null when nothing is.</summary>
    public int? SaidOfItself => _single.Count > 0 ? _single.First().Key : null;

    public TopicClaims Compact(bool isCompacted = true)
    {
        IsCompacted |= isCompacted;
        return this;
    }

    public TopicClaims Ours()
    {
        IsOurs = true;
        return this;
    }

    public TopicClaims KeptForEver()
    {
        IsKeptForEver = true;
        return this;
    }

    public TopicClaims DeadLetters()
    {
        IsDeadLetters = true;
        return Ours();
    }

    public TopicClaims As(string other, bool isTied)
    {
        if (isTied) TiedTo ??= other;
        else Like ??= other;
        return this;
    }

    /// <summary>What a definition says of its topics, and of this one.</summary>
    public TopicClaims Of(TopicProvision provision, string file)
    {
        if (provision.Partitions is { } whole) _whole.TryAdd(whole, file);
        if (provision.Topics.GetValueOrDefault(name) is not { } settings) return this;
        if (settings.Partitions is { } single) _single.TryAdd(single, file);
        if (settings.Retention is { } retention) Retention = Retention is { } longest && longest > retention ? longest : retention;
        return this;
    }

    /// <summary>What is said of this very topic counts more than what is said of all topics of a definition; null when nothing is said.</summary>
    /// <param name="problems">Told when definitions say different numbers.</param>
    public int? Stated(ICollection<string> problems)
    {
        if (_single.Count > 0) return One(_single, "under topicSettings", problems);
        return IsDeadLetters || _whole.Count == 0 ? null : One(_whole, "by partitions", problems);
    }

    private int One(SortedDictionary<int, string> stated, string how, ICollection<string> problems)
    {
        if (stated.Count > 1)
            problems.Add($"Topic {name}: {string.Join(" and ", stated.Select(claim => $"{claim.Value} says {claim.Key} partitions"))} {how}. Say the same in each of them under topicSettings.{name}.");
        return stated.First().Key;
    }
}
