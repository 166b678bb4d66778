using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// A record of a stream root that waits for answers, in the form of its note in the progress topic: format 1; 1 byte whether it has a key; varint length and key
/// if so; varint count of headers, and varint length and name, varint length and value of each; the document.
/// </summary>
/// <param name="offset">Offset in the root topic.</param>
/// <param name="note">The note.</param>
internal sealed class WaitingEvent(long offset, byte[] note)
{
    /// <summary>Largest note, in bytes: with its key and the record's head it must stay below the progress topic's <c>max.message.bytes</c>, 1 MiB by default.</summary>
    public const int MaximumBytes = 900 * 1024;

    public long Offset => offset;

    public byte[] Note => note;

    /// <summary>True once the note is part of a commit.</summary>
    public bool IsNoted { get; set; }

    /// <summary>Length of a record's note.</summary>
    public static long BytesOf(in LogRecord record)
    {
        var bytes = 2L + Varint.Length((ulong)record.Headers.Count) + record.Value!.Value.Length;
        if (record.Key is { } key) bytes += SizedBytes(key.Length);
        foreach (var header in record.Headers) bytes += SizedBytes(Encoding.UTF8.GetByteCount(header.Name)) + SizedBytes(header.Value.Length);
        return bytes;
    }

    /// <param name="record">Of at most <see cref="MaximumBytes"/>; it is copied.</param>
    public static WaitingEvent Of(in LogRecord record)
    {
        var note = new Growable<byte>();
        note.Add(TaskProgress.Format);
        note.Add(record.Key is null ? (byte)0 : (byte)1);
        if (record.Key is { } key) AddSized(note, key.Span);
        Varint.Write(note, (ulong)record.Headers.Count);
        foreach (var header in record.Headers)
        {
            AddSized(note, Encoding.UTF8.GetBytes(header.Name));
            AddSized(note, header.Value.Span);
        }

        note.Append(record.Value!.Value.Span);
        return new WaitingEvent(record.Offset, note.Span.ToArray());
    }

    /// <summary>The record as it came, but for its time.</summary>
    /// <param name="partition">Partition of the root topic.</param>
    /// <param name="position">Where the note stands, for the exception.</param>
    /// <exception cref="Errors.InvalidRequestException">The note is not one of ours.</exception>
    public LogRecord ToRecord(int partition, Position position = default)
    {
        var reader = new RecordReader(note, position);
        reader.ExpectFormat(reader.Byte(), TaskProgress.Format);
        ReadOnlyMemory<byte>? key = null;
        if (reader.Byte() != 0) key = Sized(ref reader);
        var headers = new RecordHeader[CountOfHeaders(ref reader)];
        for (var i = 0; i < headers.Length; i++) headers[i] = new RecordHeader(Encoding.UTF8.GetString(reader.Sized()), Sized(ref reader));
        return new LogRecord(SubTopology.LeadIndex, partition, offset, Timestamp: 0, key, note.AsMemory(note.Length - reader.Left), headers);
    }

    private static long SizedBytes(int length) => Varint.Length((ulong)length) + (long)length;

    private static void AddSized(Growable<byte> note, ReadOnlySpan<byte> bytes)
    {
        Varint.Write(note, (ulong)bytes.Length);
        note.Append(bytes);
    }

    // Each header takes two bytes at least: a larger count is no count of ours and must not decide over memory.
    private static int CountOfHeaders(ref RecordReader reader)
    {
        var count = reader.Int32();
        return count <= reader.Left / 2 ? count : throw reader.Unreadable($"{count} headers are expected, {reader.Left} bytes are left");
    }

    private ReadOnlyMemory<byte> Sized(ref RecordReader reader)
    {
        var length = reader.Sized().Length;
        return note.AsMemory(note.Length - reader.Left - length, length);
    }
}
