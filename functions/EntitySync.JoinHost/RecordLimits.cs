using System.IO.Compression;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;

namespace EntitySync.JoinHost;

/// <summary>
/// The largest records that topics take (<c>max.message.bytes</c>), as the cluster tells. A record that its topic would refuse is known by it before it is sent: sent,
/// it would break the transaction. A topic whose limit is not known takes all, and refuses what it does not take.
/// </summary>
internal sealed class RecordLimits(IReadOnlyDictionary<string, int> byTopic)
{
    /// <summary>Head of a batch, and of a record in it.</summary>
    private const int OverheadBytes = 61 + 36;

    private const int HeaderOverheadBytes = 4;

    /// <summary>As much as the client collects for one request unless it is told otherwise.</summary>
    private const int DefaultBatchBytes = 1_000_000;

    public static RecordLimits None { get; } = new(new Dictionary<string, int>());

    /// <summary>What the client may send in one record.</summary>
    public int LargestRecordBytes => byTopic.Values.DefaultIfEmpty().Append(KafkaClientConfig.MaxMessageBytes).Max();

    /// <summary>A topic's limit is for the records of one batch together, so a batch must fit into the smallest.</summary>
    public int BatchBytes => byTopic.Values.Append(DefaultBatchBytes).Min();

    /// <returns>Null when it is not known.</returns>
    public int? Of(string topic) => byTopic.TryGetValue(topic, out var bytes) ? bytes : null;

    /// <returns>Why the topic will not take the record; null when it may.</returns>
    public string? Refusal(string topic, byte[]? key, byte[]? value, Headers? headers)
    {
        if (!byTopic.TryGetValue(topic, out var limit)) return null;
        var head = OverheadBytes + (key?.Length ?? 0);
        if (head + (value?.Length ?? 0) <= limit && headers is not { Count: > 1 }) return null; // the one header of a live emission is a short one
        head += headers?.Sum(header => header.Key.Length + header.GetValueBytes().Length + HeaderOverheadBytes) ?? 0;
        var bytes = head + (value?.Length ?? 0);

        // The limit is for what is sent, which the client compresses (LZ4). What a stronger method cannot make small enough, it cannot either.
        if (bytes <= limit || value is null || head + CompressedBytes(value) <= limit) return null;
        return $"its {bytes} bytes with key and headers are, even compressed, more than max.message.bytes={limit} of the topic; raise that, or take fewer rows or fields over (limit, fields)";
    }

    private static long CompressedBytes(byte[] value)
    {
        using var count = new CountingStream();
        using (var deflate = new DeflateStream(count, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(value);
        return count.Bytes;
    }

    private sealed class CountingStream : Stream
    {
        public long Bytes { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Bytes;

        public override long Position
        {
            get => Bytes;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Bytes += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => Bytes += count;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
