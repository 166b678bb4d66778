using Confluent.Kafka;

namespace EntitySync.JoinHost;

/// <summary>
/// The producer of one session and its transaction. Its errors are of three kinds, as librdkafka's manual has them:
/// <list type="bullet">
/// <item>retriable (<see cref="KafkaRetriableException"/>): the same call is made again, here;</item>
/// <item>abortable (<see cref="KafkaTxnRequiresAbortException"/>): the transaction is aborted, and what was made from it forgotten: the session ends;</item>
/// <item>fatal (fenced by another with the same id, or broken): the producer is useless: the session ends without an abort.</item>
/// </list>
/// The next session has a producer of its own in both cases, so it need not be told which it was.
/// </summary>
internal sealed class ThreadProducer(ThreadClients clients, RecordLimits limits, JoinHostOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CallStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly RecordProducer _producer = clients.Producer(limits);
    private bool _isFatal;

    public bool IsTransactional => clients.IsTransactional;

    public bool InTransaction { get; private set; }

    public RecordProducer Client => _producer;

    /// <summary>Ends what a predecessor with the same transactional id has left open, and fences it.</summary>
    public void Start(CancellationToken stop)
    {
        if (!IsTransactional) return;
        var started = time.GetTimestamp();
        Retry(() => _producer.InitTransactions(CallStep), () => stop.IsCancellationRequested || time.GetElapsedTime(started) > options.RequestTimeout);
    }

    /// <summary>Begins a transaction unless one is open; nothing is sent to a broker by it.</summary>
    public void Begin()
    {
        if (!IsTransactional || InTransaction) return;
        _producer.BeginTransaction();
        InTransaction = true;
    }

    /// <summary>Commits the transaction, emissions and positions together.</summary>
    /// <param name="positions">Next offsets of what the transaction has processed.</param>
    /// <param name="group">Whose positions they are; a member that has been replaced is fenced by it.</param>
    /// <param name="isLate">Ends retries.</param>
    public void Commit(IReadOnlyCollection<TopicPartitionOffset> positions, IConsumerGroupMetadata group, Func<bool> isLate)
    {
        Begin();
        if (positions.Count > 0) Retry(() => _producer.SendOffsetsToTransaction(positions, group, options.RequestTimeout), isLate);

        // Without a timeout of its own, as the manual advises: client and broker then agree on what has become of the transaction.
        Retry(_producer.CommitTransaction, isLate);
        InTransaction = false;
    }

    /// <summary>Aborts an open transaction, so that readers of committed records need not wait until it times out.</summary>
    /// <returns>False when there was none, or it could not be aborted: the broker does so after its timeout.</returns>
    public bool Abort()
    {
        if (!InTransaction) return false;
        InTransaction = false;
        if (_isFatal) return false;
        try
        {
            _producer.AbortTransaction(AbortTimeout);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    public void Dispose() => _producer.Dispose();

    private void Retry(Action call, Func<bool> isLate)
    {
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaRetriableException) when (!isLate())
            {
                Thread.Sleep(RetryPause); // the join thread's own: until this call is through it may do nothing else
            }
            catch (KafkaException failure) when (failure.Error.IsFatal)
            {
                _isFatal = true;
                throw;
            }
        }
    }
}
