namespace EntitySync.JoinHost;

/// <summary>Questions of the HTTP endpoints about entities, answered by the thread that owns them, between two rounds.</summary>
internal sealed class EntityQueries
{
    private readonly Queue<Action<IEnumerable<OwnedPartition>>> _questions = new();

    /// <param name="owned">What the thread owns.</param>
    /// <param name="partitions">Partition count of every topic.</param>
    public void Answer(IEnumerable<OwnedPartition> owned, IReadOnlyDictionary<string, int> partitions)
    {
        _ = partitions;
        while (_questions.TryDequeue(out var question)) question(owned);
    }
}
