using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>Join values whose subscribers have not been told of a change yet, each once, in the order of their first change.</summary>
internal sealed class ChangedValues : IDisposable
{
    private readonly PagedStateStore _values = new();
    private readonly Queue<int> _order = new();

    public int Count => _order.Count;

    public long AllocatedBytes => _values.AllocatedBytes;

    /// <summary>Valid until the next change.</summary>
    public ReadOnlySpan<byte> First => _values.KeyOf(_order.Peek());

    public void Add(ReadOnlySpan<byte> joinValue)
    {
        if (_values.Find(joinValue) < 0) _order.Enqueue(_values.Put(joinValue, default));
    }

    public void RemoveFirst() => _values.Delete(_order.Dequeue());

    public void Dispose() => _values.Dispose();
}
