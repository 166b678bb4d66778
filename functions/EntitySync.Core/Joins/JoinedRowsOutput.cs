namespace EntitySync.Core.Joins;

/// <summary>
/// Sends related rows on with the relations of their own joined in, each in the partition its row came from, under the row's own key. A row that is dropped or
/// rejected counts as not there, so it is taken back.
/// </summary>
internal sealed class JoinedRowsOutput(TaskContext context) : IJoinOutput
{
    private readonly string _topic = context.Node.Definition.Output.Topic;

    public void Emit(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> document, long offset, ReadOnlySpan<byte> replay) =>
        Send(new InternalRecord { Topic = _topic, Partition = context.Partition, Key = key, Value = document });

    public bool IsSettled(ReadOnlySpan<byte> key) => false;

    public void Delete(ReadOnlySpan<byte> key, long offset) => Withhold(key);

    public void Withhold(ReadOnlySpan<byte> key) => Send(new InternalRecord { Topic = _topic, Partition = context.Partition, Key = key, IsTombstone = true });

    private void Send(in InternalRecord record)
    {
        context.Counts.RowsJoined++;
        context.Sink.Send(record);
    }
}
