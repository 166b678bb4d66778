namespace EntitySync.Local.Setup;

/// <summary>Something that the local runner needs is missing or could not be installed; the message says what and the way out.</summary>
public sealed class SetupException(string message) : Exception(message);
