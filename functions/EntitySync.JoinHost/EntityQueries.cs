using System.Collections.Concurrent;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.JoinHost.Logging;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Questions that wait for one join thread. Tasks are single-threaded, so whoever wants to look into one leaves a question here and the
/// thread answers it between two steps. A step answers a few at most, and a full queue refuses more: questions never hold up the join.
/// </summary>
internal sealed class EntityQueries(ILogger logger)
{
    public const int MostWaiting = 64;
    private const int MostAStep = 8;

    private readonly ConcurrentQueue<EntityQuestion> _questions = new();
    private int _waiting;

    /// <returns>False when the thread has too many questions waiting, as one between two sessions may.</returns>
    public bool TryAsk(EntityQuestion question)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        _questions.Enqueue(question);
        return true;
    }

    /// <summary>For the join thread, once a round: one volatile read when nobody asks.</summary>
    /// <param name="owned">What the thread owns.</param>
    /// <param name="partitions">Partition count of every topic.</param>
    public void Answer(IEnumerable<OwnedPartition> owned, IReadOnlyDictionary<string, int> partitions)
    {
        if (Volatile.Read(ref _waiting) > 0) AnswerFrom(owned.SelectMany(partition => partition.EntityOwners), partitions);
    }

    internal void AnswerFrom(IEnumerable<EntityOwner> owners, IReadOnlyDictionary<string, int> partitions) =>
        AnswerEach(question => Find(question, owners, partitions[question.Topology.Root.Topic]));

    internal void AnswerEach(Func<EntityQuestion, EntityAnswer> find)
    {
        for (var answered = 0; answered < MostAStep && _questions.TryDequeue(out var question);)
        {
            Interlocked.Decrement(ref _waiting);
            if (question.IsOver) continue;
            question.Answer(AnswerOf(question, find));
            answered++;
        }
    }

    private EntityAnswer AnswerOf(EntityQuestion question, Func<EntityQuestion, EntityAnswer> find)
    {
        try
        {
            return find(question);
        }
#pragma warning disable CA1031 // A question must never end the session of a join thread.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            logger.LogError(JoinEvents.QueryFailed, defect, "A question about {Entity} could not be answered", question.Topology.Entity);
            return new EntityAnswer(EntityFinding.Failed, -1);
        }
    }

    /// <summary>A key that its producer has put into another partition than murmur2 says is found where it is.</summary>
    private static EntityAnswer Find(EntityQuestion question, IEnumerable<EntityOwner> owners, int partitions)
    {
        var own = Murmur2Partitioner.PartitionFor(question.Key.Span, partitions);
        var finding = EntityFinding.Elsewhere;
        foreach (var owner in owners)
        {
            if (owner.Entity != question.Topology.Entity) continue;
            if (owner.Task?.Explain(question.Key.Span) is { } explanation) return new EntityAnswer(EntityFinding.Found, owner.Partition, explanation);
            if (owner.Partition == own) finding = owner.Task is null ? EntityFinding.Restoring : EntityFinding.Unknown;
        }

        return new EntityAnswer(finding, own);
    }
}

/// <summary>One root partition of one entity that a thread owns.</summary>
/// <param name="Entity">Whose root it is.</param>
/// <param name="Partition">Partition of the root topic.</param>
/// <param name="Task">Null until its state is restored.</param>
internal readonly record struct EntityOwner(string Entity, int Partition, JoinTask? Task);
