namespace EntitySync.Local.Setup;

/// <summary>
/// Per-user folder for what is installed once: <c>$ENTITYSYNC_CACHE</c>, else <c>$XDG_CACHE_HOME/entitysync</c>, else <c>~/.cache/entitysync</c>.
/// It is outside the checkout, so that a clean clone does not build again.
/// </summary>
public static class LocalCache
{
    public static string Root { get; } = Find();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("ENTITYSYNC_CACHE") is { Length: > 0 } own) return System.IO.Path.GetFullPath(own);
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg) return System.IO.Path.Combine(xdg, "entitysync");
        return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "entitysync");
    }
}
