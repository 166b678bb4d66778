using Confluent.Kafka;
using EntitySync.Core.State;

namespace EntitySync.JoinHost;

/// <summary>A value on its way, with what is needed should its topic refuse it: the client hands it back in the delivery report.</summary>
/// <param name="Bytes">Null for a tombstone.</param>
/// <param name="Root">Where an emission comes from; null for other records.</param>
/// <param name="Headers">Of records that are not live emissions; those have only the root position.</param>
internal readonly record struct OutgoingValue(byte[]? Bytes, Position? Root = null, Headers? Headers = null)
{
    public sealed class Serializer : ISerializer<OutgoingValue>
    {
        public byte[]? Serialize(OutgoingValue data, SerializationContext context) => data.Bytes;
    }
}
