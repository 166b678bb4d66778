using EntitySync.Core.State;

namespace EntitySync.Simulation.Log;

/// <summary>
/// A node's writer. Transactional: records are in the log at once and visible at the commit, together with the positions.
/// Not transactional: records are on their way until <see cref="Land"/>; records of one partition keep their order.
/// </summary>
public sealed class SimulatedProducer(SimulatedLog log, bool isTransactional)
{
    private readonly Queue<InFlight> _inFlight = [];
    private SimulatedTransaction? _transaction;
    private bool _isFenced;

    public bool HasOpenTransaction => _transaction is not null;

    public bool HasInFlight => _inFlight.Count > 0;

    public void Send(string topic, int partition, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader> headers, int writer)
    {
        CheckFence();
        if (isTransactional) log.Append(topic, partition, key, value, headers, writer, _transaction ??= new SimulatedTransaction());
        else _inFlight.Enqueue(new InFlight(topic, partition, key, value, headers, writer));
    }

    /// <summary>The oldest records arrive, some of them twice.</summary>
    public void Land(int count, Func<bool> isTwice)
    {
        for (; count > 0 && _inFlight.TryDequeue(out var sent); count--)
        {
            sent.AppendTo(log);
            if (isTwice()) sent.AppendTo(log);
        }
    }

    /// <summary>Waits until everything is acknowledged; nothing is on its way in a transaction.</summary>
    public void LandAll() => Land(int.MaxValue, () => false);

    /// <summary>What is sent and the positions take effect together.</summary>
    /// <exception cref="FencedException">Somebody else has the id or the partitions; the transaction is aborted.</exception>
    public void Commit(IReadOnlyList<Position> next, int generation)
    {
        CheckFence();
        LandAll();
        try
        {
            log.CommitPositions(next, generation);
        }
        catch (FencedException)
        {
            Abort();
            throw;
        }

        End(TransactionState.Committed);
    }

    public void Abort() => End(TransactionState.Aborted);

    /// <summary>The process is gone: of each partition's records on their way a first part arrives, the rest is lost.</summary>
    public void Die(Dice dice)
    {
        foreach (var partition in _inFlight.GroupBy(sent => (sent.Topic, sent.Partition)).ToList())
        {
            foreach (var sent in partition.Take(dice.Below(partition.Count() + 1))) sent.AppendTo(log);
        }

        _inFlight.Clear();
    }

    public void Fence()
    {
        Abort();
        _isFenced = true;
    }

    private void CheckFence()
    {
        if (_isFenced) throw new FencedException("another producer has taken the id");
    }

    private void End(TransactionState state)
    {
        if (_transaction is not { } ended) return;
        _transaction = null;
        ended.State = state;
        foreach (var partition in ended.Partitions) partition.EndTransaction(ended);
    }

    private sealed record InFlight(string Topic, int Partition, byte[]? Key, byte[]? Value, IReadOnlyList<RecordHeader> Headers, int Writer)
    {
        public void AppendTo(SimulatedLog log) => log.Append(Topic, Partition, Key, Value, Headers, Writer, null);
    }
}
