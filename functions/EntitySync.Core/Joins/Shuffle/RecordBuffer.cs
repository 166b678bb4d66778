namespace EntitySync.Core.Joins.Shuffle;

/// <summary>A buffer that its owner reuses from record to record.</summary>
internal static class RecordBuffer
{
    /// <summary>Makes room for <paramref name="length"/> bytes; what was in the buffer may be lost.</summary>
    public static void Reserve(ref byte[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new byte[Math.Max(length, (int)Math.Min(Array.MaxLength, 2L * buffer.Length))];
    }
}
