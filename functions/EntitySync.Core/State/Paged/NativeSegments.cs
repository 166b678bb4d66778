namespace EntitySync.Core.State.Paged;

/// <summary>An array in native memory that grows by whole segments and never moves an element. New elements are zero.</summary>
internal sealed unsafe class NativeSegments<T>(NativeBlocks blocks)
    where T : unmanaged
{
    private const int SegmentBits = 13;
    private const int SegmentMask = (1 << SegmentBits) - 1;

    private nint[] _segments = [];
    private int _count;

    public long Capacity => (long)_count << SegmentBits;

    /// <param name="index">Below <see cref="Capacity"/>.</param>
    public ref T this[int index] => ref ((T*)_segments[index >> SegmentBits])[index & SegmentMask];

    public void Grow(long capacity)
    {
        while (Capacity < capacity)
        {
            if (_count == _segments.Length) Array.Resize(ref _segments, Math.Max(4, _count * 2));
            _segments[_count] = (nint)blocks.Allocate(sizeof(T) << SegmentBits, isZeroed: true);
            _count++;
        }
    }
}
