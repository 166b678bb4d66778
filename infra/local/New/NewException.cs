namespace EntitySync.Local.New;

/// <summary>The definition cannot be written; the message says why and what to do.</summary>
internal sealed class NewException(string message) : Exception(message);
