namespace EntitySync.Local.Synth;

/// <summary>A topic as it is made where the cluster does not have it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">As many as the definitions say; an existing topic must have as many.</param>
/// <param name="Compacted">True when the newest record of every key is kept for ever.</param>
/// <param name="Retention">How long records are kept, <see cref="Timeout.InfiniteTimeSpan"/> for ever; null for a compacted topic.</param>
/// <param name="IsOurs">True when EntitySync alone writes it, so that its settings may be changed to these.</param>
public sealed record PlannedTopic(string Name, int Partitions, bool Compacted, TimeSpan? Retention, bool IsOurs);
