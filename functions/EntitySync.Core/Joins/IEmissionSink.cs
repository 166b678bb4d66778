using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Where tasks emit. Calls come from the task's thread, in the order in which emissions of a key must be written.
/// A sink that cannot write reports it to its owner, who must not commit past it; it never drops an emission silently.
/// </summary>
public interface IEmissionSink
{
    void Emit(in Emission emission);

    /// <summary>Writes to one of the topology's internal topics, in order with emissions and in the same transaction.</summary>
    void Send(in InternalRecord record);

    /// <summary>Takes a record for the dead-letter topic; its memory may be the reader's (see <see cref="LogRecord"/>).</summary>
    void DeadLetter(OutgoingRecord record);
}
