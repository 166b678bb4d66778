using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>Takes outputs and throws them away, but not unseen: a checksum keeps the work from being optimised away.</summary>
internal sealed class ChecksumSink : IEmissionSink
{
    public long Emitted { get; private set; }

    public long Internal { get; private set; }

    public ulong Checksum { get; private set; }

    /// <summary>Given every output when set, for comparison.</summary>
    public List<(byte[] Key, byte[]? Value)>? Record { get; set; }

    public void Emit(in Emission emission)
    {
        Add(emission.Key, emission.Value, emission.IsTombstone);
        Checksum += (ulong)emission.RootPosition.Offset;
    }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isTombstone)
    {
        Emitted++;
        Checksum = Checksum * 31 + (ulong)(key.Length + value.Length) + key[^1];
        if (!value.IsEmpty) Checksum += (ulong)(value[0] + value[^1]);
        Record?.Add((key.ToArray(), isTombstone ? null : value.ToArray()));
    }

    public void Send(in InternalRecord record)
    {
        Internal++;
        Checksum = Checksum * 31 + (ulong)(record.Key.Length + record.Value.Length);
    }

    public void DeadLetter(OutgoingRecord record) => throw new InvalidOperationException($"A benchmark record was refused: {string.Join("; ", record.Headers.Select(header => System.Text.Encoding.UTF8.GetString(header.Value.Span)))}");
}
