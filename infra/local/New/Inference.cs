namespace EntitySync.Local.New;

internal enum Sureness { Told, Unsure, Likely, Sure }

/// <summary>Something inferred, and what speaks for it.</summary>
/// <param name="Text">What was seen in the samples.</param>
/// <param name="Sureness">How far that goes.</param>
/// <param name="Others">What else it could be; empty for nothing.</param>
internal sealed record Reason(string Text, Sureness Sureness, string Others = "")
{
    public static Reason Told { get; } = new("as told", Sureness.Told);

    public override string ToString() => Sureness == Sureness.Told ? Text : $"{Text} ({Sureness.ToString().ToLowerInvariant()}{(Others.Length > 0 ? $"; {Others}" : "")})";
}

/// <param name="Key">Columns of the key; empty for a stream.</param>
internal sealed record InferredRoot(string Topic, bool IsStream, bool IsDebezium, IReadOnlyList<string> Key, Reason Reason);

/// <param name="Key">Columns of the related row.</param>
/// <param name="Match">As many paths of the parent row.</param>
/// <param name="Target">Field that the rows are embedded as.</param>
/// <param name="Fields">Fields to embed; empty for the whole row.</param>
/// <param name="Order">Field that may order the list; null when there is none.</param>
/// <param name="Cardinality">Why one or many.</param>
internal sealed record InferredRelation(
    string Name, string From, bool IsDebezium, IReadOnlyList<string> Key, IReadOnlyList<string> Match, Reason Reason, bool IsMany, string Cardinality, string Target, IReadOnlyList<string> Fields, string? Order)
{
    public List<InferredRelation> Nested { get; } = [];
}
