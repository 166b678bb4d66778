namespace EntitySync.Core.Joins;

/// <summary>Emits entities. A dropped or rejected one is not emitted, and what was emitted of it before stays.</summary>
internal sealed class EntityOutput(TaskContext context) : IJoinOutput
{
    public void Emit(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> document, long offset, ReadOnlySpan<byte> replay)
    {
        context.Counts.Emitted++;
        if (!replay.IsEmpty) context.Counts.Replayed++;
        context.Sink.Emit(new Emission
        {
            Topology = context.Topology,
            HasKey = hasKey,
            Key = key,
            IsTombstone = false,
            Value = document,
            RootPosition = context.RootPositionOf(key, offset),
            Replay = replay,
        });
    }

    public bool IsSettled(ReadOnlySpan<byte> key) => false;

    public void Delete(ReadOnlySpan<byte> key, long offset)
    {
        context.Counts.Emitted++;
        context.Sink.Emit(new Emission
        {
            Topology = context.Topology,
            HasKey = true,
            Key = key,
            IsTombstone = true,
            Value = default,
            RootPosition = context.RootPositionOf(key, offset),
        });
    }

    public void Withhold(ReadOnlySpan<byte> key)
    {
    }
}
