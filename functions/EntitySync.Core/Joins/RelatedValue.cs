namespace EntitySync.Core.Joins;

/// <summary>What a related row says in its join column: a value, nothing, or something that cannot be joined.</summary>
public readonly ref struct RelatedValue
{
    private RelatedValue(bool exists, ReadOnlySpan<byte> bytes, string? problem)
    {
        Exists = exists;
        Bytes = bytes;
        Problem = problem;
    }

    /// <summary>The column is missing or null: the row joins to nothing.</summary>
    public static RelatedValue None => default;

    /// <summary>True when the row has a value, which may be empty text.</summary>
    public bool Exists { get; }

    /// <summary>The value: text unescaped, as UTF-8; a number as it stands in the row. Valid until the next row is read and as long as the row's own bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Why the row cannot be used, fit for a dead letter; null when it can.</summary>
    public string? Problem { get; }

    public static RelatedValue Of(ReadOnlySpan<byte> bytes) => new(true, bytes, null);

    public static RelatedValue Bad(string problem) => new(false, default, problem);
}
