namespace EntitySync.Local.Setup;

/// <summary>
/// One versioned folder of the cache. It is made under another name and renamed when whole, so that a set-up killed in the middle leaves
/// nothing that looks finished; an advisory lock on a file keeps two processes from doing the work twice, and goes with its process.
/// </summary>
/// <param name="root">Folder of the cache; <see cref="LocalCache.Root"/> unless told.</param>
internal sealed class CacheEntry(string name, string? root = null)
{
    private static readonly TimeSpan LockAskedEvery = TimeSpan.FromMilliseconds(250);

    private readonly string _root = root ?? LocalCache.Root;

    public string Folder => Path.GetFullPath(Path.Combine(_root, name));

    public bool Exists => Directory.Exists(Folder);

    /// <param name="make">Fills the folder it is given; whatever it throws leaves no entry.</param>
    public async Task EnsureAsync(SetupRun run, Func<string, Task> make)
    {
        if (Exists) return;
        Directory.CreateDirectory(_root);
        await using var held = await LockAsync(run);
        if (Exists) return;
        foreach (var abandoned in Directory.EnumerateDirectories(_root, name + ".part-*")) Directory.Delete(abandoned, recursive: true);
        var folder = $"{Folder}.part-{Environment.ProcessId}";
        run.Guard.RemoveWhenKilled(folder);
        Directory.CreateDirectory(folder);
        try
        {
            await make(folder);
            Directory.Move(folder, Folder);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            run.Guard.RemoveWhenKilled(null);
        }
    }

    private async Task<FileStream> LockAsync(SetupRun run)
    {
        var file = Path.Combine(_root, name + ".lock");
        using var timer = new PeriodicTimer(LockAskedEvery);
        for (var asked = 0; ; asked++)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another process holds it; the system frees the lock when that process ends, however it ends.
                if (asked == 0) run.Progress($"Another process is making {name}: waiting for it");
                await timer.WaitForNextTickAsync(run.CancellationToken);
            }
        }
    }
}
