using EntitySync.Core.Definitions;

namespace EntitySync.Local.New;

/// <summary>A topic and a file with samples of its records.</summary>
internal sealed record TopicSample(string Topic, string File);

/// <param name="Path">Name of the relation; for a nested one the names from the outermost on.</param>
internal sealed record RelationSample(IReadOnlyList<string> Path, TopicSample Sample)
{
    public string Name => Path[^1];
}

/// <summary>What <c>new</c> is told.</summary>
internal sealed record NewOptions
{
    public required string Entity { get; init; }

    public required TopicSample Root { get; init; }

    public IReadOnlyList<string> RootKey { get; init; } = [];

    public bool IsStream { get; init; }

    /// <summary>Parents before their nested relations.</summary>
    public required IReadOnlyList<RelationSample> Relations { get; init; }

    /// <summary>Match and key of relations, by their path.</summary>
    public IReadOnlyDictionary<string, (IReadOnlyList<string> Match, IReadOnlyList<string> Key)> Matches { get; init; } = new Dictionary<string, (IReadOnlyList<string>, IReadOnlyList<string>)>();

    public Strategy Strategy { get; init; } = Strategy.Broadcast;

    /// <summary>Output topic; null for the root's name with <c>-merged</c>.</summary>
    public string? Output { get; init; }

    /// <summary><c>TOPIC=FILE</c>.</summary>
    /// <exception cref="NewException">It is not of that form.</exception>
    public static TopicSample ParseRoot(string text) => text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && at < text.Length - 1
        ? new TopicSample(text[..at], text[(at + 1)..])
        : throw new NewException($"--root {text}: TOPIC=FILE is expected, such as items=items.ndjson.");

    /// <summary><c>NAME=TOPIC=FILE</c>; the name of a nested relation begins with its parent's and a dot.</summary>
    /// <exception cref="NewException">It is not of that form.</exception>
    public static RelationSample ParseRelation(string text)
    {
        var parts = text.Split('=', 3);
        if (parts.Length < 3 || parts.Any(part => part.Length == 0)) throw new NewException($"--relation {text}: NAME=TOPIC=FILE is expected, such as repo=repos=repos.ndjson, or stars.repo=... for a relation of the rows of stars.");
        return new RelationSample(parts[0].Split('.'), new TopicSample(parts[1], parts[2]));
    }

    /// <summary><c>NAME=MATCH=KEY</c>, or several fields on each side, with commas between.</summary>
    /// <exception cref="NewException">It is not of that form.</exception>
    public static (string Relation, IReadOnlyList<string> Match, IReadOnlyList<string> Key) ParseMatch(string text)
    {
        var parts = text.Split('=');
        var fields = parts.Skip(1).Select(part => part.Split(',')).ToList();
        if (fields is not [var match, var key] || match.Length != key.Length || parts.Any(part => part.Length == 0))
            throw new NewException($"--match {text}: NAME=MATCH=KEY is expected, as many fields on each side, such as repo=owner,name=owner,name.");
        return (parts[0], match, key);
    }
}
