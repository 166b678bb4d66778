namespace EntitySync.Local.Setup;

/// <summary>
/// One versioned folder of the cache. It is made under another name and renamed when whole, so that a set-up killed in the middle leaves
/// nothing that looks finished; an advisory lock on a file keeps two processes from doing the work twice, and goes with its process.
/// </summary>
internal sealed class CacheEntry(string name)
{
    public string Folder { get; } = LocalCache.Path(name);

    public bool Exists => Directory.Exists(Folder);

    /// <param name="make">Fills the folder it is given; whatever it throws leaves no entry.</param>
    public async Task EnsureAsync(Func<string, Task> make, CancellationToken cancellationToken)
    {
        if (Exists) return;
        Directory.CreateDirectory(LocalCache.Root);
        using var held = await LockAsync(LocalCache.Path(name + ".lock"), cancellationToken);
        if (Exists) return;
        foreach (var abandoned in Directory.EnumerateDirectories(LocalCache.Root, name + ".part-*")) Directory.Delete(abandoned, recursive: true);
        var partial = $"{Folder}.part-{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        try
        {
            await make(partial);
            Directory.Move(partial, Folder);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    private static async Task<FileStream> LockAsync(string file, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another process holds it; the system frees the lock when that process ends, however it ends.
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
    }
}
