using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Enrichment;

public sealed class EnrichBatchTests
{
    private const string Times = ",\"minimumDeliveryTime\":1,\"maximumDeliveryTime\":2}";

    private readonly InMemoryReferenceTables _tables = new();
    private readonly RecordingTopicWriter _writer = new();

    public EnrichBatchTests()
    {
        _tables.Put("delivery-classes", "express", """{"minimumTime":1,"maximumTime":2}""");
        _tables.Put("delivery-classes", "standard", """{"minimumTime":3,"maximumTime":5}""");
    }

    [Fact]
    public async Task SoundRecords_AreWrittenInOrderWithTheirHeaders()
    {
        var replay = new RecordHeader(HeaderNames.Replay, new ReplayMessage("r1", []).ToUtf8());
        var root = RecordHeader.Text(HeaderNames.RootPosition, "items-1@7");
        var trace = RecordHeader.Text("traceparent", "00-1");
        var result = await RunAsync([Partition(1, Item(5, "a", "express"), Item(6, "b", "express") with { Headers = [trace, replay, root] }, Tombstone(7, "c"))]);

        result.ShouldBe(new EnrichCounts(Records: 3, Emitted: 3, RowsRead: 1));
        Written().ShouldBe(
        [
            "items-merged a " + """{"sku":"a","deliveryClasses":["express"]""" + Times + " entitysync-root-position=item-updates-1@5",
            "items-merged b " + """{"sku":"b","deliveryClasses":["express"]""" + Times + """ traceparent=00-1;entitysync-replay={"replayId":"r1","causes":[]};entitysync-root-position=items-1@7""",
            "items-merged c tombstone entitysync-root-position=item-updates-1@7",
        ]);
    }

    [Fact]
    public async Task ThousandRecords_ReadEachDistinctClassOnce()
    {
        var records = Enumerable.Range(0, 1000).Select(i => Item(i, $"k{i}", i % 2 == 0 ? "express" : "standard", "unknown")).ToArray();
        var result = await RunAsync([Partition(0, records[..500]), Partition(1, records[500..])], new EnrichOptions { ChunkRecords = 64 });
        result.ShouldBe(new EnrichCounts(Records: 1000, Emitted: 1000, RowsRead: 3));
        _tables.RowsRead.ShouldBe(3);
    }

    [Fact]
    public async Task PoisonBetweenGoodOnes_IsDeadLetteredAndTheOthersArrive()
    {
        var poison = new EnrichRecord(6, Bytes("b"), Bytes("{\"sku\":"), [RecordHeader.Text("x", "y")]);
        var result = await RunAsync([Partition(0, Item(5, "a", "express"), poison, Item(7, "c", "express"))]);

        result.ShouldBe(new EnrichCounts(Records: 3, Emitted: 2, DeadLettered: 1, RowsRead: 1));
        Written().Select(line => string.Join(' ', line.Split(' ')[..2])).ShouldBe(["items-merged a", "item-dead-letters b", "items-merged c"]);
        var dead = _writer.To("item-dead-letters").Single();
        Text(dead.Value).ShouldBe("{\"sku\":");
        Headers(dead).ShouldStartWith("x=y;entitysync-dead-letter-reason=not valid JSON at byte 7: ");
        Headers(dead).ShouldEndWith(";entitysync-dead-letter-position=item-updates-0@6;entitysync-dead-letter-stage=Enrich");
    }

    [Fact]
    public async Task UnusableRow_StopsOnlyTheRecordsThatNeedIt()
    {
        _tables.Spoil("delivery-classes", "standard", "attribute 'icon' is binary");
        var result = await RunAsync([Partition(0, Item(5, "a", "express"), Item(6, "b", "express", "standard"), Item(7, "c", "express"))]);

        result.ShouldBe(new EnrichCounts(Records: 3, Emitted: 2, DeadLettered: 1, RowsRead: 2));
        Keys("items-merged").ShouldBe(["a", "c"]);
        _writer.To("item-dead-letters").Select(Reason).ShouldBe(["relation 'deliveryClass': row 'standard' of 'delivery-classes' cannot be used: attribute 'icon' is binary"]);
    }

    [Fact]
    public async Task RecordOfAStreamWithoutKey_IsEnrichedAsTheJoinTopologyPassedItOn()
    {
        var item = SampleDefinitions.Item();
        var stream = new EntityCatalog([item with { Root = item.Root with { Kind = RootKind.Stream }, Replay = null }]);
        var batch = new EnrichBatch(stream, new RowCache(_tables, TimeProvider.System), _writer, NullLogger<EnrichBatch>.Instance);
        var keyless = Item(5, "a", "express") with { Key = null };
        var counts = (await batch.RunAsync([Partition(0, keyless, keyless with { Offset = 6, Value = Bytes("{}") }, new EnrichRecord(7, null, null, []))], () => TimeSpan.MaxValue, default)).Counts;

        counts.ShouldBe(new EnrichCounts(Records: 3, Emitted: 2, DeadLettered: 1, RowsRead: 1));
        Written().Take(1).ShouldBe(["items-merged  " + """{"sku":"a","deliveryClasses":["express"]""" + Times + " entitysync-root-position=item-updates-0@5"]);
        _writer.To("item-dead-letters").Select(Reason).ShouldBe(["the record has no key"]);
    }

    [Fact]
    public async Task LargeOutputs_AreWrittenInSeveralSteps()
    {
        var records = Enumerable.Range(0, 100).Select(i => Item(i, $"k{i}", "express")).ToArray();
        var result = await RunAsync([Partition(0, records[..50]), Partition(1, records[50..])], new EnrichOptions { ChunkOutputBytes = 500 });

        result.ShouldBe(new EnrichCounts(Records: 100, Emitted: 100, RowsRead: 1));
        Keys("items-merged").Order(StringComparer.Ordinal).ShouldBe(records.Select(record => Text(record.Key)).Order(StringComparer.Ordinal));
        _writer.Calls.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task WithoutKeyOrWithoutProperReplayHeader_IsDeadLettered()
    {
        await RunAsync(
        [
            Partition(
                0,
                new EnrichRecord(1, null, Bytes("{}"), []),
                new EnrichRecord(2, null, null, []),
                new EnrichRecord(3, Bytes("%"), Bytes("{}"), [], "the key in the event is not base64"),
                Item(4, "a") with { Headers = [RecordHeader.Text(HeaderNames.Replay, "{}")] }),
        ]);
        _writer.To("item-dead-letters").Select(Reason).ShouldBe(
            ["the record has no key", "the record has no key", "the key in the event is not base64", "header 'entitysync-replay' is not a replay message"]);
        _writer.Written.Count.ShouldBe(4);
    }

    [Fact]
    public async Task MissingDropAndReject_AreCountedApart()
    {
        var drop = await RunAsync([Partition(0, Item(1, "a", "unknown"))], missing: MissingAction.Drop);
        drop.ShouldBe(new EnrichCounts(Records: 1, Dropped: 1, RowsRead: 1));
        _writer.Written.ShouldBeEmpty();
        var reject = await RunAsync([Partition(0, Item(1, "a", "unknown"))], missing: MissingAction.Reject);
        reject.ShouldBe(new EnrichCounts(Records: 1, DeadLettered: 1, RowsRead: 1));
        _writer.To("item-dead-letters").Select(Reason).ShouldBe(["relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'unknown'"]);
    }

    [Fact]
    public async Task WriteFails_PartitionComesAgainFromThereAndOthersGoOn()
    {
        _writer.Answer = record => new WriteResult(Text(record.Key) is "p0-2" or "p0-3" ? WriteOutcome.Failed : WriteOutcome.Written, "broker down");
        var (comeAgain, counts) = await RunWholeAsync(
            [
                Partition(0, [.. Enumerable.Range(0, 6).Select(i => Item(100 + i, $"p0-{i}", "express"))]),
                Partition(1, [.. Enumerable.Range(0, 6).Select(i => Item(200 + i, $"p1-{i}", "express"))]),
            ],
            new EnrichOptions { ChunkRecords = 2 });
        comeAgain.ShouldBe([new Position("item-updates", 0, 102)]);
        counts.ShouldBe(new EnrichCounts(Records: 8, Emitted: 8, RowsRead: 1));
        Keys("items-merged").ShouldBe(["p0-0", "p1-0", "p0-1", "p1-1", "p1-2", "p1-3", "p1-4", "p1-5"], ignoreOrder: true);
    }

    [Fact]
    public async Task SameKeyTwice_SecondIsNotWrittenBeforeTheFirstIsAcknowledged()
    {
        _writer.Answer = record => new WriteResult(Text(record.Value)!.Contains("\"n\":2", StringComparison.Ordinal) ? WriteOutcome.Failed : WriteOutcome.Written);
        var records = Enumerable.Range(1, 4).Select(n => new EnrichRecord(n, Bytes("a"), Bytes($$"""{"sku":"a","n":{{n}}}"""), [])).ToArray();
        var (comeAgain, counts) = await RunWholeAsync([Partition(0, records)]);
        comeAgain.ShouldBe([new Position("item-updates", 0, 2)]);
        _writer.Written.Select(record => Text(record.Value)).ShouldBe(["""{"sku":"a","n":1,"minimumDeliveryTime":null,"maximumDeliveryTime":null}"""]);
        counts.Records.ShouldBe(1);
    }

    [Fact]
    public async Task RowsCannotBeRead_EverythingLeftComesAgain()
    {
        _tables.BeforeLook = (_, keys) => keys.Contains("standard") ? throw new TransientException("throttled") : Task.CompletedTask;
        var (comeAgain, counts) = await RunWholeAsync(
            [Partition(0, Item(10, "a", "express"), Item(11, "b", "standard")), Partition(1, Item(20, "c", "express"), Item(21, "d", "express")), Partition(2, Item(30, "e", "express"))],
            new EnrichOptions { ChunkRecords = 3 });
        comeAgain.ShouldBe([new Position("item-updates", 0, 11), new Position("item-updates", 1, 21)]);
        counts.ShouldBe(new EnrichCounts(Records: 3, Emitted: 3, RowsRead: 1));
        Keys("items-merged").ShouldBe(["a", "c", "e"]);
    }

    [Fact]
    public async Task TimeIsShort_OneChunkIsDoneAndTheRestComesAgain()
    {
        var partitions = new[] { Partition(0, [.. Enumerable.Range(0, 5).Select(i => Item(i, $"a{i}"))]), Partition(1, [.. Enumerable.Range(0, 5).Select(i => Item(i, $"b{i}"))]) };
        var (comeAgain, counts) = await RunWholeAsync(partitions, new EnrichOptions { ChunkRecords = 4 }, remaining: () => TimeSpan.Zero);
        comeAgain.ShouldBe([new Position("item-updates", 0, 2), new Position("item-updates", 1, 2)]);
        counts.ShouldBe(new EnrichCounts(Records: 4, Emitted: 4));
        Keys("items-merged").ShouldBe(["a0", "a1", "b0", "b1"]);
    }

    [Fact]
    public async Task TimeIsAlwaysShortAndDocumentsLarge_NoPartitionStarves()
    {
        var batch = Batch(new EnrichOptions { ChunkBytes = 1 });
        PartitionRecords[] partitions = [Partition(0, Item(1, "a"), Item(2, "b")), Partition(1, Item(1, "c"), Item(2, "d")), Partition(2, Item(1, "e"), Item(2, "f"))];
        for (var invocation = 0; invocation < 4; invocation++) await batch.RunAsync(partitions, () => TimeSpan.Zero, default);
        Keys("items-merged").ShouldBe(["a", "c", "e", "a"]);
    }

    [Fact]
    public async Task LargeDocuments_AreTakenByBytes()
    {
        var records = Enumerable.Range(0, 5).Select(i => new EnrichRecord(i, Bytes($"k{i}"), Bytes($$"""{"sku":"k{{i}}","x":"{{new string('x', 1024 * 1024)}}"}"""), [])).ToArray();
        (await RunAsync([Partition(0, records)], new EnrichOptions { ChunkBytes = 1024 * 1024 })).Emitted.ShouldBe(5);
        _writer.Calls.ShouldBe(5);
        Keys("items-merged").ShouldBe(["k0", "k1", "k2", "k3", "k4"]);
    }

    [Fact]
    public async Task OutputRefused_InputGoesToTheDeadLetters()
    {
        _writer.Answer = record => record.Topic == "items-merged" ? new WriteResult(WriteOutcome.Refused, "message too large") : new WriteResult(WriteOutcome.Written);
        (await RunAsync([Partition(0, Item(1, "a", "express"))])).ShouldBe(new EnrichCounts(Records: 1, DeadLettered: 1, RowsRead: 1));
        var dead = _writer.Written.Single();
        Text(dead.Value).ShouldBe("""{"sku":"a","deliveryClasses":["express"]}""");
        Reason(dead).ShouldBe("topic 'items-merged' refuses the output of 89 bytes: message too large");
    }

    [Fact]
    public async Task DeadLetterRefusedToo_IsCutAndSaysSo()
    {
        _writer.Answer = record => new WriteResult((record.Value?.Length ?? 0) > 20_000 || record.Headers.Any(header => header.Value.Length > 20_000) ? WriteOutcome.Refused : WriteOutcome.Written);
        var poison = new EnrichRecord(6, Bytes("b"), Bytes(new string('[', 50_000)), [RecordHeader.Text("big", new string('h', 30_000))]);
        (await RunAsync([Partition(0, poison)])).ShouldBe(new EnrichCounts(Records: 1, DeadLettered: 1));
        var dead = _writer.Written.Single();
        Text(dead.Value).ShouldBe(new string('[', 16 * 1024));
        dead.Headers.Select(header => header.Name).ShouldBe([HeaderNames.DeadLetterReason, HeaderNames.DeadLetterPosition, HeaderNames.DeadLetterStage]);
        Reason(dead).ShouldEndWith("; too large for the dead-letter topic as well, cut from a value of 50000 bytes, a key of 1 bytes and 1 headers");
    }

    [Theory]
    [InlineData(WriteOutcome.Failed)]
    [InlineData(WriteOutcome.Refused)]
    public async Task DeadLetterCannotBeWritten_RecordComesAgain(WriteOutcome outcome)
    {
        _writer.Answer = record => new WriteResult(record.Topic == "item-dead-letters" ? outcome : WriteOutcome.Written);
        var (comeAgain, counts) = await RunWholeAsync([Partition(0, Item(5, "a"), new EnrichRecord(6, Bytes("b"), Bytes("?"), []), Item(7, "c"))]);
        comeAgain.ShouldBe([new Position("item-updates", 0, 6)]);
        counts.ShouldBe(new EnrichCounts(Records: 1, Emitted: 1));
    }

    [Fact]
    public async Task UnknownTopic_IsSaid()
    {
        var partition = new PartitionRecords("items", 0, [Item(1, "a")]);
        (await Should.ThrowAsync<InvalidRequestException>(RunWholeAsync([partition]))).Message
            .ShouldBe("Topic 'items' is the updates topic of no entity with lookup relations; known are: item-updates.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    public async Task WarmCache_ReplayIsEnrichedWithItsCauseOrNewer(int maximumAge)
    {
        var batch = Batch(new EnrichOptions(), maximumAge: maximumAge);
        await batch.RunAsync([Partition(0, Item(1, "a", "express", "standard"))], () => TimeSpan.MaxValue, default);
        _tables.RowsRead.ShouldBe(2);
        _tables.Put("delivery-classes", "express", """{"minimumTime":0,"maximumTime":9}""");
        var replay = new RecordHeader(HeaderNames.Replay, new ReplayMessage("r1", [_tables.Cause("delivery-classes", "express")]).ToUtf8());
        var replayed = Enumerable.Range(0, 1000).Select(i => Item(10 + i, $"k{i}", "express", "standard") with { Headers = [replay] }).ToArray();
        await batch.RunAsync([Partition(0, replayed)], () => TimeSpan.MaxValue, default);

        _writer.Written.Skip(1).Count(record => Text(record.Value)!.EndsWith("\"minimumDeliveryTime\":0,\"maximumDeliveryTime\":9}", StringComparison.Ordinal)).ShouldBe(1000);
        _tables.Reads.Skip(1).Select(read => string.Join(',', read.Keys)).ShouldBe([maximumAge == 0 ? "express,standard" : "express"]);
    }

    [Fact]
    public async Task EmptyBatch_IsDone()
    {
        var (comeAgain, counts) = await RunWholeAsync([Partition(0)]);
        comeAgain.ShouldBeEmpty();
        counts.ShouldBe(default);
        _writer.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task RandomFailures_EveryRecordIsWrittenInOrderOfItsKey()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var writer = new RecordingTopicWriter { Answer = _ => new WriteResult(random.Next(12) == 0 ? WriteOutcome.Failed : WriteOutcome.Written) };
            var batch = new EnrichBatch(Catalog(null), new RowCache(_tables, TimeProvider.System), writer, NullLogger<EnrichBatch>.Instance, new EnrichOptions { ChunkRecords = random.Next(1, 9) });
            var partitions = Enumerable.Range(0, 3).Select(partition => Partition(
                partition,
                [.. Enumerable.Range(0, 20).Select(n => Numbered(n, $"{partition}-{random.Next(6)}"))])).ToList();
            var all = partitions;
            for (var round = 0; partitions.Count > 0; round++)
            {
                round.ShouldBeLessThan(1000, $"seed {seed}");
                var result = await batch.RunAsync(partitions, () => random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(1), default);
                partitions = [.. result.ComeAgain.Select(position => all[position.Partition] with { Records = [.. all[position.Partition].Records.Where(record => record.Offset >= position.Offset)] })];
            }

            foreach (var key in writer.Written.GroupBy(record => Text(record.Key)!))
            {
                var offsets = key.Select(record => int.Parse(Headers(record).Split('@')[1])).ToList();
                offsets.ShouldBe(offsets.Order().ToList(), $"seed {seed}: key {key.Key} went back");
                offsets.Distinct().Count().ShouldBe(all.SelectMany(partition => partition.Records).Count(record => Text(record.Key) == key.Key));
            }
        }
    }

    private static EnrichRecord Numbered(int n, string key) => new(n, Bytes(key), Bytes($$"""{"sku":"{{key}}","n":{{n}}}"""), []);

    private async Task<EnrichCounts> RunAsync(PartitionRecords[] partitions, EnrichOptions? options = null, MissingAction? missing = null)
    {
        var (comeAgain, counts) = await RunWholeAsync(partitions, options, missing);
        comeAgain.ShouldBeEmpty();
        return counts;
    }

    private async Task<(IReadOnlyList<Position> ComeAgain, EnrichCounts Counts)> RunWholeAsync(
        PartitionRecords[] partitions, EnrichOptions? options = null, MissingAction? missing = null, Func<TimeSpan>? remaining = null)
    {
        var result = await Batch(options, missing).RunAsync(partitions, remaining ?? (() => TimeSpan.MaxValue), CancellationToken.None);
        return (result.ComeAgain, result.Counts);
    }

    private EnrichBatch Batch(EnrichOptions? options, MissingAction? missing = null, int maximumAge = 0) =>
        new(Catalog(missing), new RowCache(_tables, TimeProvider.System, new RowCacheOptions { MaximumAge = TimeSpan.FromSeconds(maximumAge) }), _writer, NullLogger<EnrichBatch>.Instance, options);

    private static EntityCatalog Catalog(MissingAction? missing) => new([SampleDefinitions.Item(missing is { } action ? new MissingRule(action, []) : null)]);

    private static PartitionRecords Partition(int partition, params EnrichRecord[] records) => new("item-updates", partition, records);

    private static EnrichRecord Item(long offset, string key, params string[] classes) =>
        new(offset, Bytes(key), Bytes($$"""{"sku":"{{key}}","deliveryClasses":[{{string.Join(',', classes.Select(name => $"\"{name}\""))}}]}"""), []);

    private static EnrichRecord Tombstone(long offset, string key) => new(offset, Bytes(key), null, []);

    private static ReadOnlyMemory<byte>? Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Encoding.UTF8.GetString(present.Span) : null;

    private static string Headers(OutgoingRecord record) => string.Join(';', record.Headers.Select(header => $"{header.Name}={Text(header.Value)}"));

    private static string Reason(OutgoingRecord record) => Text(record.Headers.Single(header => header.Name == HeaderNames.DeadLetterReason).Value)!;

    private List<string?> Keys(string topic) => [.. _writer.To(topic).Select(record => Text(record.Key))];

    private List<string> Written() => [.. _writer.Written.Select(record => $"{record.Topic} {Text(record.Key)} {Text(record.Value) ?? "tombstone"} {Headers(record)}")];
}
