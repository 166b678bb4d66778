using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using EntitySync.Local.Lambda;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>Bad, odd and repeated input into the running product: good records arrive, bad ones are told, nothing stops.</summary>
[Trait("Category", "Integration")]
[Collection(nameof(OneRunningProduct))]
public sealed class BrokenInputTests(RunningProduct product)
{
    private static readonly byte[] NotUtf8 = [.. "{\"sku\":\""u8, 0xFF, .. "\"}"u8];

    [Fact]
    public async Task PoisonRecordsBetweenGoodOnes_AreDeadLettered_AndTheGoodOnesArrive()
    {
        await product.HaveRowAsync("poison-class", """{"name":"poison-class","minimumTime":3,"maximumTime":5}""");
        // One partition, so that a record that stopped its partition would stop the good ones behind it.
        var keys = KeysOfOnePartition("poison", 7);
        var (first, last) = (keys[0], keys[6]);
        (string Key, byte[] Value)[] bad =
        [
            (keys[1], Encoding.UTF8.GetBytes("no json at all")),
            (keys[2], NotUtf8),
            (keys[3], OfflineItem("another-key")),
            (keys[4], Encoding.UTF8.GetBytes($$"""{"sku":"{{keys[4]}}","deliveryClasses":"poison-class"}""")),
            (keys[5], []),
        ];

        await product.ProduceAsync([(first, OfflineItem(first)), .. bad.Select(record => (record.Key, (byte[]?)record.Value)), (last, OfflineItem(last))]);
        await RunningProduct.UntilAsync(
            () => product.Merged.Of(last).Count > 0 && product.DeadLetters.Of(keys).Count >= bad.Length,
            () => $"{product.Merged.Of(keys).Count} merged, {product.DeadLetters.Of(keys).Count} dead letters");

        product.Merged.Of(keys).Select(record => (record.Key, Text(record.Value))).ShouldBe([(first, Enriched(first)), (last, Enriched(last))]);
        var letters = product.DeadLetters.Of(keys).OrderBy(letter => keys.IndexOf(letter.Key!)).ToList();
        letters.Select(letter => (letter.Key!, Convert.ToHexString(letter.Value!))).ShouldBe(bad.Select(record => (record.Key, Convert.ToHexString(record.Value))));
        letters.Select(letter => letter.Headers[HeaderNames.DeadLetterStage]).ShouldBe(["join", "join", "join", "Enrich", "join"]);
        letters.Select(letter => letter.Headers[HeaderNames.DeadLetterReason]).ShouldBe(
        [
            "not valid JSON at byte 0: a word is an invalid JSON literal. Expected the literal 'null'.",
            "not valid UTF-8 at byte 8",
            $"key differs: the record's is '{keys[3]}', 'sku' says 'another-key'",
            letters[3].Headers[HeaderNames.DeadLetterReason],
            letters[4].Headers[HeaderNames.DeadLetterReason],
        ]);
        letters[3].Headers[HeaderNames.DeadLetterReason].ShouldStartWith("'deliveryClasses': an array is expected, found a string");
        letters[4].Headers[HeaderNames.DeadLetterReason].ShouldBe("the value is empty");
        PositionsOf(letters).ShouldBe(PositionsInItems(keys));
    }

    [Fact]
    public async Task Tombstone_GivesATombstone()
    {
        var key = (await product.HaveItemsAsync("deleted", 1, "no-such-class"))[0];

        await product.ProduceAsync((key, null));
        await RunningProduct.UntilAsync(() => product.Merged.Of(key).Count > 1, () => "no tombstone");

        product.Merged.Of(key).Select(record => record.Value is null).ShouldBe([false, true]);
    }

    [Fact]
    public async Task DocumentOfOneMebibyte_Passes()
    {
        await product.HaveRowAsync("large-class", """{"name":"large-class","minimumTime":3,"maximumTime":5}""");
        const string Key = "large-1";
        var head = $$"""{"sku":"{{Key}}","deliveryClasses":["large-class"],"description":"{{new string('x', 1024 * 1024)}}" """.TrimEnd();

        await product.ProduceAsync((Key, Encoding.UTF8.GetBytes(head + "}")));
        await RunningProduct.UntilAsync(() => product.Merged.Of(Key).Count > 0, () => "not enriched");

        product.Merged.Of(Key).Select(record => Text(record.Value)).ShouldBe([head + ",\"minimumDeliveryTime\":3,\"maximumDeliveryTime\":5}"]);
    }

    [Fact]
    public async Task ClassWithoutTimes_LosesAgainstOneThatHasThem_AndAloneCountsAsMissing()
    {
        await Task.WhenAll(
            product.HaveRowAsync("timeless", """{"name":"timeless"}"""),
            product.HaveRowAsync("timed", """{"name":"timed","minimumTime":7,"maximumTime":14}"""));

        await product.ProduceAsync(
            ("timeless-1", "{\"sku\":\"timeless-1\",\"deliveryClasses\":[\"timeless\"]}"u8.ToArray()),
            ("timeless-2", "{\"sku\":\"timeless-2\",\"deliveryClasses\":[\"timeless\",\"timed\"]}"u8.ToArray()));
        await RunningProduct.UntilAsync(() => product.Merged.Of("timeless-1", "timeless-2").Count == 2, () => "not enriched");

        Times("timeless-1").ShouldBe(["null null"]);
        Times("timeless-2").ShouldBe(["7 14"]);
    }

    [Fact]
    public async Task DeletedClass_AppliesTheMissingRuleToItsItems()
    {
        await product.HaveRowAsync("closing", """{"name":"closing","minimumTime":3,"maximumTime":5}""");
        var keys = await product.HaveItemsAsync("closing", 3, "closing");

        using var answer = await product.Http.DeleteAsync(RunningProduct.RowPath("closing"));
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await RunningProduct.UntilAsync(() => product.Merged.Of(keys).Count == 6, () => $"{product.Merged.Of(keys).Count} of 6 outputs");

        foreach (var key in keys) Times(key).ShouldBe(["3 5", "null null"]);
    }

    [Fact]
    public async Task StaleIfMatch_IsRefused_AndChangesNothing()
    {
        using var created = await product.PutRowAsync("guarded", """{"name":"guarded","minimumTime":1}""");
        var tag = created.Headers.ETag!.Tag;
        using var replaced = await product.PutRowAsync("guarded", """{"name":"guarded","minimumTime":2}""", tag);
        using var stale = await product.PutRowAsync("guarded", """{"name":"guarded","minimumTime":9}""", tag);

        new[] { created, replaced, stale }.Select(answer => (int)answer.StatusCode).ShouldBe([201, 200, 412]);
        var row = JsonNode.Parse(await product.Http.GetStringAsync(RunningProduct.RowPath("guarded")))!;
        ((int)row["minimumTime"]!).ShouldBe(2);
    }

    [Fact]
    public async Task KafkaDownForAWhile_EverythingArrivesAfterwards()
    {
        var kafka = product.Runner.Kafka;
        if (kafka is null) Assert.Skip("A Kafka of the user's own is not stopped.");
        await product.HaveItemsAsync("before-outage", 2, "no-such-class");
        var keys = Enumerable.Range(1, 20).Select(number => $"outage-{number:D3}").ToList();
        for (var broker = 1; broker <= kafka.Brokers; broker++) kafka.SetBrokerDown(broker);
        Task writing;
        try
        {
            writing = product.ProduceAsync([.. keys.Select(key => (key, (byte[]?)OfflineItem(key)))]);
            Answers().ShouldBeFalse("the cluster is down");
            writing.IsCompleted.ShouldBeFalse("nobody can acknowledge");
        }
        finally
        {
            for (var broker = 1; broker <= kafka.Brokers; broker++) kafka.SetBrokerUp(broker);
        }

        await writing;
        await RunningProduct.UntilAsync(() => product.Merged.Of(keys).Select(record => record.Key).Distinct().Count() == keys.Count, () => $"{product.Merged.Of(keys).Count} of {keys.Count} after the outage");
        product.DeadLetters.Of(keys).ShouldBeEmpty();
        await product.SettledAsync();
    }

    private bool Answers()
    {
        using var admin = new AdminClientBuilder(KafkaClientConfig.Admin(product.Runner.Connection)).Build(product.Runner.Connection, _ => { });
        try
        {
            return admin.GetMetadata(TimeSpan.FromSeconds(3)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private static byte[] OfflineItem(string key) => Encoding.UTF8.GetBytes($$"""{"sku":"{{key}}","deliveryClasses":["poison-class"]}""");

    private static string Enriched(string key) => $$"""{"sku":"{{key}}","deliveryClasses":["poison-class"],"minimumDeliveryTime":3,"maximumDeliveryTime":5}""";

    private static string Text(byte[]? value) => value is null ? "tombstone" : Encoding.UTF8.GetString(value);

    private static List<string> KeysOfOnePartition(string prefix, int count) =>
        [.. Enumerable.Range(0, 1000).Select(number => $"{prefix}-{number}").Where(key => Partition(key) == 3).Take(count)];

    private static int Partition(string key) => Murmur2Partitioner.PartitionFor(Encoding.UTF8.GetBytes(key), RunningProduct.Partitions);

    /// <summary>Where each dead letter's record stands in the root topic: Enrich names its own topic's position and carries the root's.</summary>
    private static IEnumerable<string> PositionsOf(IEnumerable<LoggedRecord> letters) => letters.Select(letter => letter.Headers.TryGetValue(HeaderNames.RootPosition, out var root) ? root : letter.Headers[HeaderNames.DeadLetterPosition]);

    /// <summary>The five bad records stand behind the first good one.</summary>
    private IEnumerable<string> PositionsInItems(List<string> keys)
    {
        var first = product.Merged.Of(keys[0]).Single().Headers[HeaderNames.RootPosition].Split('@');
        return Enumerable.Range(1, 5).Select(after => $"{first[0]}@{long.Parse(first[1]) + after}");
    }

    private IEnumerable<string> Times(string key) => product.Merged.Of(key).Select(record => JsonNode.Parse(record.Value!)!.AsObject()).Select(json => $"{Json(json["minimumDeliveryTime"])} {Json(json["maximumDeliveryTime"])}");

    private static string Json(JsonNode? node) => node?.ToJsonString() ?? "null";
}
