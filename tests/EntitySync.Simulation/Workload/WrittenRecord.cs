using EntitySync.Simulation.Log;

namespace EntitySync.Simulation.Workload;

/// <summary>What the world outside wrote. The log may forget it by compaction; the checks do not.</summary>
/// <param name="Record">As it was written.</param>
/// <param name="IsBad">It cannot be used: a dead letter is all it leads to.</param>
public sealed record WrittenRecord(StoredRecord Record, bool IsBad);
