using EntitySync.Core.State;

namespace EntitySync.Testing;

/// <summary>An <see cref="ITopicWriter"/> that keeps what was written and answers as the test wants.</summary>
public sealed class RecordingTopicWriter : ITopicWriter
{
    private readonly Lock _lock = new();
    private readonly List<OutgoingRecord> _written = [];
    private int _calls;

    /// <summary>Answer for one record; <see cref="WriteOutcome.Written"/> unless set. Records that are not written are not kept.</summary>
    public Func<OutgoingRecord, WriteResult> Answer { get; set; } = _ => new WriteResult(WriteOutcome.Written);

    /// <summary>Awaited before a call answers.</summary>
    public Func<Task> Gate { get; set; } = () => Task.CompletedTask;

    /// <summary>All records written so far, in order; their bytes are copies, as the caller may reuse its buffers.</summary>
    public IReadOnlyList<OutgoingRecord> Written
    {
        get
        {
            lock (_lock) return [.. _written];
        }
    }

    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyList<OutgoingRecord> To(string topic) => [.. Written.Where(record => record.Topic == topic)];

    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        await Gate();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) return [.. records.Select(WriteOne)];
    }

    private WriteResult WriteOne(OutgoingRecord record)
    {
        var result = Answer(record);
        if (result.Outcome == WriteOutcome.Written) _written.Add(Copy(record));
        return result;
    }

    private static OutgoingRecord Copy(OutgoingRecord record) => record with
    {
        Key = record.Key?.ToArray() is { } key ? (ReadOnlyMemory<byte>?)key : null,
        Value = record.Value?.ToArray() is { } value ? (ReadOnlyMemory<byte>?)value : null,
        Headers = [.. record.Headers.Select(header => header with { Value = header.Value.ToArray() })],
    };
}
