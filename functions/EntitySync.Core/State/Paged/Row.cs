namespace EntitySync.Core.State.Paged;

/// <summary>A key and its value as they lie in a slot: length of the key, length of the value (7 bits a byte, low bits first), key, value.</summary>
internal readonly unsafe struct Row
{
    private readonly byte* _key;
    private readonly int _keyLength;
    private readonly int _valueLength;

    public Row(byte* slot)
    {
        _keyLength = ReadLength(ref slot);
        _valueLength = ReadLength(ref slot);
        _key = slot;
    }

    public ReadOnlySpan<byte> Key => new(_key, _keyLength);

    public Span<byte> Value => new(_key + _keyLength, _valueLength);

    public long PayloadBytes => (long)_keyLength + _valueLength;

    public static int HeadBytes(int keyLength, int valueLength) => LengthBytes(keyLength) + LengthBytes(valueLength);

    public static long Bytes(int keyLength, int valueLength) => (long)HeadBytes(keyLength, valueLength) + keyLength + valueLength;

    public static void Write(byte* slot, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        WriteLength(ref slot, key.Length);
        WriteLength(ref slot, value.Length);
        key.CopyTo(new Span<byte>(slot, key.Length));
        value.CopyTo(new Span<byte>(slot + key.Length, value.Length));
    }

    private static int LengthBytes(int length)
    {
        var bytes = 1;
        for (; length >= 0x80; length >>= 7) bytes++;
        return bytes;
    }

    private static int ReadLength(ref byte* at)
    {
        int next = *at++;
        if (next < 0x80) return next;
        var length = next & 0x7f;
        for (var shift = 7; ; shift += 7)
        {
            next = *at++;
            length |= (next & 0x7f) << shift;
            if (next < 0x80) return length;
        }
    }

    private static void WriteLength(ref byte* at, int length)
    {
        for (; length >= 0x80; length >>= 7) *at++ = (byte)(length | 0x80);
        *at++ = (byte)length;
    }
}
