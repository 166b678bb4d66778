namespace EntitySync.Core.State;

/// <summary>A row of a reference table as one strongly consistent read saw it.</summary>
/// <param name="Table">Logical table name, e.g. <c>delivery-classes</c>.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Version">Rises with every write through ReferenceApi; 0 when the row was put into the table by hand without one.</param>
/// <param name="Json">The row without its version, as canonical JSON (see <see cref="CanonicalJson"/>).</param>
public sealed record RelatedRow(string Table, string Key, long Version, ReadOnlyMemory<byte> Json)
{
    /// <summary>Name of the attribute that holds <see cref="Version"/>; never part of <see cref="Json"/>.</summary>
    public const string VersionAttribute = "_version";

    /// <summary>Why the row cannot be used (it holds what JSON cannot express); <see cref="Json"/> is empty then. Null for a usable row.</summary>
    public string? Unusable { get; init; }

    /// <summary>Tells two contents of the same version apart (a row edited by hand keeps its version).</summary>
    public string Fingerprint => CanonicalJson.Fingerprint(Json.Span);
}
