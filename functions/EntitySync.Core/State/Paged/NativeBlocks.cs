using System.Runtime.InteropServices;
using EntitySync.Core.Errors;

namespace EntitySync.Core.State.Paged;

/// <summary>
/// Owner of native memory: whatever was not freed one by one is freed by <see cref="Dispose"/>, or by the finalizer when nobody called it.
/// Each block starts with a header that links all blocks, so that owning them needs no memory of the GC heap. Not thread-safe.
/// </summary>
internal sealed unsafe class NativeBlocks : IDisposable
{
    private Header* _first;

    ~NativeBlocks() => FreeAll();

    /// <summary>Bytes held, headers included.</summary>
    public long AllocatedBytes { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <param name="bytes">Size of the block; it is aligned to 8 bytes at least.</param>
    /// <param name="isZeroed">Whether every byte is 0; otherwise they are anything.</param>
    /// <exception cref="InsufficientStateMemoryException">The operating system gives no more.</exception>
    public byte* Allocate(long bytes, bool isZeroed = false)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var total = (nuint)bytes + (nuint)sizeof(Header);
        Header* block;
        try
        {
            block = (Header*)(isZeroed ? NativeMemory.AllocZeroed(total) : NativeMemory.Alloc(total));
        }
        catch (OutOfMemoryException e)
        {
            throw new InsufficientStateMemoryException($"no memory for {bytes} bytes of state more; this state already holds {AllocatedBytes} bytes", e);
        }

        *block = new Header { Next = _first, Bytes = (long)total };
        if (_first != null) _first->Previous = block;
        _first = block;
        AllocatedBytes += block->Bytes;
        return (byte*)(block + 1);
    }

    public void Free(byte* memory)
    {
        var block = (Header*)memory - 1;
        if (block->Previous != null) block->Previous->Next = block->Next;
        else _first = block->Next;
        if (block->Next != null) block->Next->Previous = block->Previous;
        AllocatedBytes -= block->Bytes;
        NativeMemory.Free(block);
    }

    public void Dispose()
    {
        IsDisposed = true;
        FreeAll();
        GC.SuppressFinalize(this);
    }

    private void FreeAll()
    {
        while (_first != null) Free((byte*)(_first + 1));
    }

    private struct Header
    {
        public Header* Previous;
        public Header* Next;
        public long Bytes;
    }
}
