namespace EntitySync.Local.Samples;

/// <summary>A record of a sample file.</summary>
/// <param name="Key">Bytes of the record key; null for a record without key.</param>
/// <param name="Value">JSON; null for a tombstone.</param>
/// <param name="Line">Line of the file, from 1.</param>
public sealed record SampleRecord(ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value, int Line);
