using Confluent.Kafka;
using EntitySync.Core.State;

namespace EntitySync.Adapters.Kafka;

/// <summary>Collects the results of one call of <see cref="KafkaTopicWriter"/>. Results come from the client's thread, each index once.</summary>
public sealed class WriteBatch(IReadOnlyList<OutgoingRecord> records)
{
    private readonly WriteResult[] _results = new WriteResult[records.Count];
    private readonly TaskCompletionSource<IReadOnlyList<WriteResult>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = records.Count;

    public IReadOnlyList<OutgoingRecord> Records => records;

    public Task<IReadOnlyList<WriteResult>> Completion => _completion.Task;

    /// <summary>True when a result shows that the producer cannot go on.</summary>
    public bool NeedsNewClient { get; private set; }

    public void Complete(int index, Error error)
    {
        _results[index] = Result(error);
        if (Interlocked.Decrement(ref _left) > 0) return;
        FailLaterRecordsOfFailedKeys(records, _results);
        _completion.SetResult(_results);
    }

    /// <summary>A record written after a failed one of its key must be written again after it; see <see cref="KafkaTopicWriter"/>.</summary>
    public static void FailLaterRecordsOfFailedKeys(IReadOnlyList<OutgoingRecord> records, WriteResult[] results)
    {
        if (!results.Any(result => result.Outcome == WriteOutcome.Failed)) return;
        var failed = new HashSet<(string Topic, string Key)>();
        for (var index = 0; index < results.Length; index++)
        {
            if (records[index].Key is not { } key) continue;
            var name = (records[index].Topic, Convert.ToHexString(key.Span));
            if (results[index].Outcome == WriteOutcome.Failed) failed.Add(name);
            else if (results[index].Outcome == WriteOutcome.Written && failed.Contains(name))
            {
                results[index] = new WriteResult(WriteOutcome.Failed, "an earlier record of the same key was not written");
            }
        }
    }

    private WriteResult Result(Error error)
    {
        if (!error.IsError) return new WriteResult(WriteOutcome.Written);
        var action = KafkaErrors.Sort(error);
        if (action == KafkaErrorAction.RebuildClient || error.IsFatal) NeedsNewClient = true;
        return new WriteResult(action == KafkaErrorAction.RefuseRecord ? WriteOutcome.Refused : WriteOutcome.Failed, KafkaErrors.Describe(error));
    }
}
