namespace EntitySync.Local.Demo;

/// <summary>A message as the demo sends it.</summary>
/// <param name="Key">Key of the record: the entity's id, so that an entity's messages of one topic keep their order.</param>
/// <param name="Json">Null for a tombstone.</param>
/// <param name="Timestamp">The record's.</param>
public sealed record SentMessage(string Topic, string Key, string? Json, DateTimeOffset Timestamp);
