namespace EntitySync.Core.Errors;

/// <summary>Root of the product's own exceptions. Its children tell the caller what to do next.</summary>
public abstract class EntitySyncException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The same call may succeed later: broker or table unreachable, throttled, timed out. Retry with backoff.</summary>
public sealed class TransientException(string message, Exception? inner = null) : EntitySyncException(message, inner);

/// <summary>The request itself is wrong and will stay so: unknown entity, bad filter, missing permission. Do not retry; tell a person.</summary>
public sealed class InvalidRequestException(string message, Exception? inner = null) : EntitySyncException(message, inner);

/// <summary>Another writer was there first (a version or checkpoint moved). Read again and decide.</summary>
public sealed class ConflictException(string message, Exception? inner = null) : EntitySyncException(message, inner);

/// <summary>State cannot grow: no memory, or more than one task can address. The task stops; more memory or more partitions help, a retry does not.</summary>
public sealed class InsufficientStateMemoryException(string message, Exception? inner = null) : EntitySyncException(message, inner);
