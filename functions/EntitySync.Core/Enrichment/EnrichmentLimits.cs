namespace EntitySync.Core.Enrichment;

/// <summary>Bounds of one document; what is beyond them is rejected with a reason.</summary>
public sealed record EnrichmentLimits
{
    /// <summary>Largest document anywhere, in bytes.</summary>
    public const int DocumentBytes = 8 * 1024 * 1024;

    /// <summary>Deepest nesting of objects and arrays anywhere.</summary>
    public const int DocumentDepth = 64;

    /// <summary>Largest root document, in bytes.</summary>
    public int MaximumDocumentBytes { get; init; } = DocumentBytes;

    /// <summary>Deepest nesting of objects and arrays.</summary>
    public int MaximumDepth { get; init; } = DocumentDepth;

    /// <summary>Match values of one document over all relations, repeated ones included. Bounds the work of finding the distinct ones.</summary>
    public int MaximumMatchValues { get; init; } = 4096;

    /// <summary>Largest output document, in bytes; no larger record can be written anyway.</summary>
    public int MaximumOutputBytes { get; init; } = 8 * 1024 * 1024;
}
