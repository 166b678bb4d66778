using System.Runtime.CompilerServices;

namespace EntitySync.Core.Enrichment;

/// <summary>A list that hands out references and spans into itself, which <see cref="List{T}"/> does not.</summary>
internal sealed class Growable<T>
{
    private T[] _items = [];

    public int Count { get; private set; }

    public int Capacity => _items.Length;

    public Span<T> Span => _items.AsSpan(0, Count);

    public ReadOnlyMemory<T> Memory => _items.AsMemory(0, Count);

    public ref T this[int index] => ref Span[index];

    public void Add(T item)
    {
        Reserve(1);
        _items[Count++] = item;
    }

    public void Append(ReadOnlySpan<T> items)
    {
        items.CopyTo(Reserve(items.Length));
        Count += items.Length;
    }

    public void Insert(int index, in T item)
    {
        Reserve(1);
        _items.AsSpan(index, Count - index).CopyTo(_items.AsSpan(index + 1));
        _items[index] = item;
        Count++;
    }

    public void Remove(int index, int count)
    {
        _items.AsSpan(index + count, Count - index - count).CopyTo(_items.AsSpan(index));
        Truncate(Count - count);
    }

    /// <summary>Room for <paramref name="count"/> more, to be taken with <see cref="Advance"/>.</summary>
    public Span<T> Reserve(int count)
    {
        if (_items.Length - Count < count) Array.Resize(ref _items, (int)Math.Min(Array.MaxLength, Math.Max(Math.Max(16, (long)Count + count), 2L * _items.Length)));
        return _items.AsSpan(Count);
    }

    public void Advance(int count) => Count += count;

    public void Clear() => Truncate(0);

    /// <summary>Keeps the first <paramref name="count"/>.</summary>
    public void Truncate(int count)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Span[count..].Clear(); // what is reused must not keep a batch's records alive
        Count = count;
    }
}
