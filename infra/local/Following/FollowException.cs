namespace EntitySync.Local.Following;

/// <summary>A feed cannot be followed as it is; the message says what to do.</summary>
public sealed class FollowException(string message, Exception? inner = null) : Exception(message, inner);
