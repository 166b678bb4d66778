using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Simulation.Log;

namespace EntitySync.Simulation.Nodes;

public delegate void RecordTaker(in LogRecord record);

/// <summary>Hands out records whose memory is spoiled after the call, as a client's buffers are: who keeps a reference is found out.</summary>
internal static class Borrowed
{
    private const byte Spoiled = 0xEE;

    public static void Lend(StoredRecord record, int source, RecordTaker taker)
    {
        var key = (byte[]?)record.Key?.Clone();
        var value = (byte[]?)record.Value?.Clone();
        taker(new LogRecord(source, record.Position.Partition, record.Position.Offset, record.Tick, OptionalBytes.From(key), OptionalBytes.From(value), record.Headers));
        key.AsSpan().Fill(Spoiled);
        value.AsSpan().Fill(Spoiled);
    }
}
