namespace EntitySync.Core.Joins;

/// <summary>Takes a record of a stream root: checks it and emits it. A stream has no latest row, so nothing is kept, and a record may come without key.</summary>
internal sealed class RootStreamPass(TaskContext context)
{
    private readonly RootDocument _document = new(context.Topology.Definition.Root.Key);

    public void Process(in LogRecord record)
    {
        var problem = record.Value is { } value ? _document.FindProblem(value.Span, record.Key) : "record of a stream has no value";
        if (problem is not null)
        {
            context.DeadLetter(record, problem);
            return;
        }

        context.Counts.Emitted++;
        context.Sink.Emit(new Emission
        {
            Topology = context.Topology,
            HasKey = record.Key is not null,
            Key = record.Key is { } key ? key.Span : default,
            IsTombstone = false,
            Value = record.Value!.Value.Span,
            RootPosition = context.PositionOf(record),
        });
    }
}
