using System.Collections.Generic;
using System.IO;

namespace Amazon.Lambda.KafkaEvents
{
    public class KafkaEvent
    {
        public string EventSource { get; set; }
        public string EventSourceArn { get; set; }
        public string BootstrapServers { get; set; }
        public IDictionary<string, IList<KafkaEventRecord>> Records { get; set; }

        public class KafkaEventRecord
        {
            public string Topic { get; set; }
            public int Partition { get; set; }
            public long Offset { get; set; }
            public long Timestamp { get; set; }
            public string TimestampType { get; set; }

            // Base64 text, as the event carries it.
            public string Key { get; set; }

            // Decoded by the serializer; null for a tombstone.
            public MemoryStream Value { get; set; }

            public IList<IDictionary<string, sbyte[]>> Headers { get; set; }
        }
    }
}
