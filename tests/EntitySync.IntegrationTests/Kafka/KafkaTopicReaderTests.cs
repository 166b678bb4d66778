using System.Diagnostics;
using System.Text;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Errors;
using EntitySync.Core.State;
using EntitySync.Core.Topics;
using EntitySync.Local.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Kafka;

[Trait("Category", "Integration")]
public sealed class KafkaTopicReaderTests : IDisposable
{
    private readonly EmbeddedKafka _kafka = new();
    private readonly KafkaTopicReader _reader;

    public KafkaTopicReaderTests()
    {
        _kafka.CreateTopic("events", 3);
        _reader = Reader();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _kafka.Dispose();
    }

    [Fact]
    public async Task Ranges_AreThoseOfEachPartition()
    {
        await WriteAsync(0, 5);
        await WriteAsync(2, 1);

        (await _reader.RangesAsync("events", CancellationToken.None)).ShouldBe([new PartitionRange(0, 0, 5), new PartitionRange(1, 0, 0), new PartitionRange(2, 0, 1)]);
    }

    [Fact]
    public async Task WholePartition_IsReadInOrderWithKeysValuesHeadersAndTimes()
    {
        var before = DateTimeOffset.UtcNow;
        await WriteAsync(1, 3);
        await WriteAsync(1, new OutgoingRecord { Topic = "events", Partition = 1, Key = null, Value = null, Headers = [RecordHeader.Text("h", "v")] });

        var read = await _reader.ReadAsync(new ReadRequest("events", 1, 0, 4), CancellationToken.None);
        read.Next.ShouldBe(4);
        read.Records.Select(record => (record.Offset, Text(record.Key), Text(record.Value))).ShouldBe([(0, "k0", "v0"), (1, "k1", "v1"), (2, "k2", "v2"), (3, null, null)]);
        read.Records[3].Headers.ShouldHaveSingleItem().Name.ShouldBe("h");
        read.Records.ShouldAllBe(record => record.Timestamp > before.AddMinutes(-1) && record.Timestamp < before.AddMinutes(1));
    }

    [Theory]
    [InlineData(2, 5, int.MaxValue, long.MaxValue, "2 3 4", 5)]
    [InlineData(0, 10, 4, long.MaxValue, "0 1 2 3", 4)]
    [InlineData(0, 10, int.MaxValue, 8, "0 1", 2)] // four bytes of key and value a record
    [InlineData(3, 10, int.MaxValue, 1, "3", 4)] // the first is in it in any case
    [InlineData(9, 10, int.MaxValue, long.MaxValue, "9", 10)]
    [InlineData(10, 10, int.MaxValue, long.MaxValue, "", 10)]
    public async Task Part_IsReadWithinItsBounds(long from, long to, int records, long bytes, string offsets, long next)
    {
        await WriteAsync(0, 10);

        var read = await _reader.ReadAsync(new ReadRequest("events", 0, from, to, records, bytes), CancellationToken.None);
        string.Join(' ', read.Records.Select(record => record.Offset)).ShouldBe(offsets);
        read.Next.ShouldBe(next);
    }

    [Fact]
    public async Task EmptyPartition_GivesNothing()
    {
        (await _reader.RangesAsync("events", CancellationToken.None))[1].ShouldBe(new PartitionRange(1, 0, 0));
        var read = await _reader.ReadAsync(new ReadRequest("events", 1, 0, 0), CancellationToken.None);
        read.Records.ShouldBeEmpty();
        read.Next.ShouldBe(0);
    }

    [Fact]
    public async Task WhatRetentionHasTaken_IsPassedOver()
    {
        // The embedded cluster keeps 5 MiB of a partition; random bytes do not become fewer on their way.
        var value = new byte[200_000];
        new Random(1).NextBytes(value);
        await WriteAsync(0, [.. Enumerable.Range(0, 60).Select(_ => new OutgoingRecord { Topic = "events", Partition = 0, Key = null, Value = value })]);
        var range = (await _reader.RangesAsync("events", CancellationToken.None))[0];
        range.First.ShouldBeGreaterThan(0);
        range.End.ShouldBe(60);

        var read = await _reader.ReadAsync(new ReadRequest("events", 0, 0, 60), CancellationToken.None);
        read.Records.Select(record => record.Offset).ShouldBe(Enumerable.Range((int)range.First, (int)(60 - range.First)).Select(offset => (long)offset));
        read.Next.ShouldBe(60);
    }

    [Fact]
    public async Task LargeTopic_IsReadInParts()
    {
        const int Count = 60_000;
        await WriteAsync(0, Count);
        var (next, seen) = (0L, 0L);
        while (next < Count)
        {
            var read = await _reader.ReadAsync(new ReadRequest("events", 0, next, Count, 5_000), CancellationToken.None);
            foreach (var record in read.Records) record.Offset.ShouldBe(seen++);
            next = read.Next;
        }

        seen.ShouldBe(Count);
    }

    [Fact]
    public async Task SeveralReadersAtOnce_GetEachTheirs()
    {
        for (var partition = 0; partition < 3; partition++) await WriteAsync(partition, 300);
        var parts = Enumerable.Range(0, 30).Select(number => new ReadRequest("events", number % 3, number * 5, (number * 5) + 100)).ToList();
        var read = await Task.WhenAll(parts.Select(part => _reader.ReadAsync(part, CancellationToken.None)));

        for (var number = 0; number < parts.Count; number++)
        {
            read[number].Next.ShouldBe(parts[number].To);
            read[number].Records.Select(record => record.Offset).ShouldBe(Enumerable.Range((int)parts[number].From, 100).Select(offset => (long)offset));
        }
    }

    [Fact]
    public async Task UnknownTopic_IsRefusedAndNotCreated()
    {
        (await Should.ThrowAsync<InvalidRequestException>(() => _reader.RangesAsync("nobody-knows", CancellationToken.None))).Message.ShouldContain("nobody-knows");
        await Should.ThrowAsync<InvalidRequestException>(() => _reader.RangesAsync("nobody-knows", CancellationToken.None));
    }

    [Fact]
    public async Task TopicMadeAnew_IsRefused()
    {
        await WriteAsync(0, 10);
        (await Should.ThrowAsync<InvalidRequestException>(() => _reader.ReadAsync(new ReadRequest("events", 0, 500, 510), CancellationToken.None))).Message.ShouldContain("made anew");
    }

    [Fact]
    public async Task BehindTheEnd_FailsForNow()
    {
        await WriteAsync(0, 3);
        using var reader = Reader(TimeSpan.FromSeconds(1));
        (await Should.ThrowAsync<TransientException>(() => reader.ReadAsync(new ReadRequest("events", 0, 0, 5), CancellationToken.None))).Message.ShouldContain("after offset 2");
    }

    [Fact]
    public async Task BrokersAway_FailForNowAndTheNextCallWorks()
    {
        await WriteAsync(0, 3);
        using var reader = Reader(TimeSpan.FromSeconds(1));
        (await reader.ReadAsync(new ReadRequest("events", 0, 0, 3), CancellationToken.None)).Records.Count.ShouldBe(3);
        for (var broker = 1; broker <= 3; broker++) _kafka.SetBrokerDown(broker);
        await Should.ThrowAsync<TransientException>(() => reader.RangesAsync("events", CancellationToken.None));
        await Should.ThrowAsync<TransientException>(() => reader.ReadAsync(new ReadRequest("events", 0, 0, 3), CancellationToken.None));

        for (var broker = 1; broker <= 3; broker++) _kafka.SetBrokerUp(broker);
        var waited = Stopwatch.StartNew();
        TopicRecords? again = null;
        while (again is null && waited.Elapsed < TimeSpan.FromSeconds(40))
        {
            try
            {
                again = await reader.ReadAsync(new ReadRequest("events", 0, 0, 3), CancellationToken.None);
            }
            catch (TransientException)
            {
                continue;
            }
        }

        again!.Records.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Cancellation_EndsTheWait()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<OperationCanceledException>(() => _reader.ReadAsync(new ReadRequest("events", 0, 0, 5), cancel.Token));
    }

    private KafkaTopicReader Reader(TimeSpan? patience = null) => new(Connection(), NullLogger<KafkaTopicReader>.Instance, patience);

    private KafkaConnection Connection() => new(new EntitySyncSettings { KafkaBootstrapServers = _kafka.BootstrapServers, KafkaSecurityProtocol = "plaintext" });

    private Task WriteAsync(int partition, int count) => WriteAsync(
        partition, [.. Enumerable.Range(0, count).Select(number => new OutgoingRecord { Topic = "events", Partition = partition, Key = Encoding.UTF8.GetBytes($"k{number}"), Value = Encoding.UTF8.GetBytes($"v{number}") })]);

    private async Task WriteAsync(int partition, params OutgoingRecord[] records)
    {
        using var writer = new KafkaTopicWriter(Connection(), NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System);
        (await writer.WriteAsync(records, CancellationToken.None)).ShouldAllBe(result => result.Outcome == WriteOutcome.Written, $"partition {partition}");
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.UTF8.GetString(some.Span) : null;
}
