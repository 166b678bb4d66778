global using ConsumedRecord = Confluent.Kafka.ConsumeResult<System.ReadOnlyMemory<byte>?, System.ReadOnlyMemory<byte>?>;
global using RecordConsumer = Confluent.Kafka.IConsumer<System.ReadOnlyMemory<byte>?, System.ReadOnlyMemory<byte>?>;
global using RecordConsumerBuilder = Confluent.Kafka.ConsumerBuilder<System.ReadOnlyMemory<byte>?, System.ReadOnlyMemory<byte>?>;
global using RecordProducer = Confluent.Kafka.IProducer<byte[]?, EntitySync.JoinHost.OutgoingValue>;
