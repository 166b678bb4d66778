using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Hooks;

/// <summary>
/// Takes the document that a hook makes: through <see cref="Json"/>, or as bytes; who mixes them flushes the writer in between. It is used again from call to call, so
/// that writing allocates nothing. A test of a hook makes its own and reads <see cref="Written"/>.
/// </summary>
public sealed class HookOutput : IBufferWriter<byte>
{
    private const int SmallestBuffer = 1024;

    // As documents come: text beyond ASCII stays readable, and a hook that copies a value does not change it.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private byte[] _buffer = [];
    private int _written;
    private int _limit = Array.MaxLength;
    private Utf8JsonWriter? _json;

    /// <summary>Writes to this output; the same writer from call to call, so it needs neither flush nor disposal at the end.</summary>
    public Utf8JsonWriter Json => _json ??= new Utf8JsonWriter(this, Options);

    /// <summary>All that was written so far, through <see cref="Json"/> as well.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            Flush();
            return _buffer.AsSpan(0, _written);
        }
    }

    /// <summary>Bytes it holds on to.</summary>
    internal int Capacity => _buffer.Length;

    /// <exception cref="InvalidOperationException">More bytes than an output may have.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _written);
        _written += count;
        if (_written > _limit) throw TooLarge();
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_written);
    }

    /// <summary>Forgets what was written before.</summary>
    /// <param name="limit">Most bytes of the document to come.</param>
    internal void Begin(int limit)
    {
        try
        {
            _json?.Reset();
        }
        catch (ObjectDisposedException)
        {
            _json = null;
        }

        _written = 0;
        _limit = limit;
    }

    /// <summary>Whether more was written than may be, also when the hook has caught the exception that told it so.</summary>
    internal bool IsTooLarge => _written > _limit;

    internal InvalidOperationException TooLarge() => new($"the output has more than {_limit} bytes");

    // A hook that disposes the writer all the same has flushed it by that; the next call gets another one.
    private void Flush()
    {
        try
        {
            _json?.Flush();
        }
        catch (ObjectDisposedException)
        {
            _json = null;
        }
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (IsTooLarge) throw TooLarge();
        if (_buffer.Length - _written >= Math.Max(1, sizeHint)) return;
        var needed = Math.Max(SmallestBuffer, (long)_written + Math.Max(1, sizeHint));
        Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _buffer.Length)));
        if (_buffer.Length - _written < sizeHint) throw TooLarge();
    }
}
