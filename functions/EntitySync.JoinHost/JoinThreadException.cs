namespace EntitySync.JoinHost;

/// <summary>A thread cannot go on with its clients and tasks and starts again from the committed positions; the message says why.</summary>
internal sealed class JoinThreadException(string message) : Exception(message);
