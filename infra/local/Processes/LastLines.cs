namespace EntitySync.Local.Processes;

/// <summary>The last lines a child wrote, bounded in number and width; safe for several threads.</summary>
internal sealed class LastLines
{
    private const int MaximumLines = 100;
    private const int MaximumWidth = 1000;

    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count == MaximumLines) _lines.Dequeue();
            _lines.Enqueue(line.Length > MaximumWidth ? line[..MaximumWidth] : line);
        }
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_lines) return [.. _lines];
    }
}
