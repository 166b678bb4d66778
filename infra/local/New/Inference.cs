namespace EntitySync.Local.New;

internal enum Sureness { Unsure, Likely, Sure }

/// <summary>Something inferred, and what speaks for it.</summary>
internal sealed record Reason(string Text, Sureness Sureness)
{
    public override string ToString() => $"{Text} ({Sureness.ToString().ToLowerInvariant()})";
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
