using System.Text;
using EntitySync.Core.Enrichment;

namespace EntitySync.Tests.ReadModels;

/// <summary>What each rule of a definition makes of a row.</summary>
public sealed class RowRulesTests
{
    private readonly ReadModelRig _rig = new();

    [Fact]
    public async Task Replace_RemovesWhatTheEventLacks_SetLeavesIt()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed", """ "customer":{"name":"Ann"},"total":12.50 """), _rig.Order("o-1", "changed", """ "carrier":"DHL" """));
        _rig.Row("o-1").ShouldBe("""{"customer":"Ann","total":12.50,"history":[{"what":"placed","by":"system"},{"what":"changed","by":"system"}],"carrier":"DHL"}""".Replace(""","history":[{"what":"placed","by":"system"},{"what":"changed","by":"system"}],"carrier":"DHL"}""", ""","carrier":"DHL","history":[{"what":"placed","by":"system"},{"what":"changed","by":"system"}]}""", StringComparison.Ordinal));

        await _rig.LiveAsync(_rig.Order("o-1", "placed", """ "total":null """), _rig.Order("o-1", "changed", """ "carrier":null,"by":"Bob" """));
        _rig.Row("o-1").ShouldBe("""{"carrier":null,"history":[{"what":"changed","by":"system"},{"what":"placed","by":"system"},{"what":"changed","by":"Bob"}]}""");
    }

    [Fact]
    public async Task State_GoesForwardOnly()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed", """ "status":"paid" """), _rig.Order("o-1", "changed", """ "status":"sent" """), _rig.Order("o-1", "changed", """ "status":"paid" """), _rig.Order("o-1", "placed"));
        _rig.Row("o-1").ShouldStartWith("""{"status":"sent",""");

        var result = await _rig.LiveAsync(_rig.Order("o-1", "changed", """ "status":"lost","carrier":"DHL" """));
        ReadModelRig.Bad(result).ShouldBe(["order-events-0@4: 'status' is 'lost', none of the states of 'status': new, paid, sent"]);
        _rig.Row("o-1").ShouldNotContain("DHL");
    }

    [Fact]
    public async Task Append_KeepsWhatTheEventsHave_AndNothingOfThoseThatHaveNone()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "tagged", """ "tag": "a\u0062" """), _rig.Order("o-1", "tagged"), _rig.Order("o-1", "tagged", """ "tag":null """), _rig.Order("o-1", "tagged", """ "tag":{ "x" : [1] } """));

        _rig.Row("o-1").ShouldBe("""{"tags":["a\u0062",{ "x" : [1] }]}""");
    }

    [Fact]
    public async Task Increment_IsExact()
    {
        await _rig.LiveAsync(_rig.Payment("o-1", "0.1"), _rig.Payment("o-1", "0.20"), _rig.Payment("o-1", "\"-1e1\""));
        _rig.Row("o-1").ShouldBe("""{"paid":-9.70,"payments":3}""");

        await _rig.LiveAsync([.. Enumerable.Range(0, 3).Select(_ => _rig.Payment("o-2", "9999999999999999999999999999"))]);
        _rig.Row("o-2").ShouldBe("""{"paid":29999999999999999999999999997,"payments":3}""");
    }

    [Theory]
    [InlineData("null", "the message has no value in 'amount', which is added to 'paid'")]
    [InlineData("true", "'amount' is a boolean, not a number")]
    [InlineData("\"much\"", "'amount' is 'much', not a number")]
    [InlineData("1e29", "'amount' is '1e29': a number has at most 28 digits")]
    [InlineData("\"\\ud800\"", "'amount' has half a surrogate pair in its text")]
    public async Task IncrementOfNoNumber_IsBad(string amount, string reason)
    {
        var result = await _rig.LiveAsync(_rig.Payment("o-1", amount));

        ReadModelRig.Bad(result).ShouldBe([$"order-payments-0@0: {reason}"]);
        _rig.Row("o-1").ShouldBe("none");
    }

    [Fact]
    public async Task Delete_TakesWhatWasBefore_WhicheverTopicItIsFrom()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed", """ "total":1 """), _rig.Order("o-1", "deleted"));
        var row = _rig.Table.Find(ReadModelRig.Version, "o-1")!;
        (row.Document, row.Indexes.Count, row.ExpiresAt).ShouldBe((null, 0, _rig.Clock.GetUtcNow() + TimeSpan.FromDays(30)));

        await _rig.LiveAsync(_rig.Payment("o-1", "5", "\"2025-12-31T23:00:00Z\""));
        _rig.Row("o-1").ShouldBe("deleted");

        await _rig.LiveAsync(_rig.Payment("o-1", "7", "\"2026-01-02T00:00:00Z\""));
        _rig.Row("o-1").ShouldBe("""{"paid":7,"payments":1}""");
        _rig.Table.Find(ReadModelRig.Version, "o-1")!.ExpiresAt.ShouldBeNull();
    }

    [Fact]
    public async Task Tombstone_DeletesWhereItIsSaidTo()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed"));
        var result = await _rig.LiveAsync(_rig.Next("order-events", "o-1", null), _rig.Next("order-events", null, null), _rig.Next("order-payments", "o-1", null));

        _rig.Row("o-1").ShouldBe("deleted");
        ReadModelRig.Bad(result).ShouldBe(
        [
            "order-events-0@2: a tombstone without key: nobody knows what it takes back",
            "order-payments-0@0: a tombstone: the definition does not say what it means (tombstones: delete, or ignore)",
        ]);
    }

    [Fact]
    public async Task EventThatFitsNoRule_IsPassedOver()
    {
        var result = await _rig.LiveAsync(_rig.Next("order-events", "o-1", """{"type":"printed"}"""), _rig.Next("order-events", "o-1", """{"type":["placed"]}"""));

        (result.Bad.Count, result.Counts).ShouldBe((0, default));
        _rig.Row("o-1").ShouldBe("none");
    }

    [Theory]
    [InlineData("{", "the message is not JSON: line 1, byte 2")]
    [InlineData("7", "the message is a number, one object is expected")]
    [InlineData("""{"type":"placed"}""", "the message has no value in 'orderId', its key")]
    [InlineData("""{"type":"placed","orderId":""}""", "the key 'orderId' is empty")]
    [InlineData("""{"type":"placed","orderId":{"id":1}}""", "'orderId' is an object; a string or a number is expected")]
    [InlineData("""{"type":"placed","type":"placed"}""", "property 'type' appears twice")]
    public async Task MessageThatCannotBeUsed_IsBad(string json, string reason) =>
        ReadModelRig.Bad(await _rig.LiveAsync(_rig.Next("order-events", "o-1", json))).ShouldBe([$"order-events-0@0: {reason}"]);

    [Fact]
    public async Task KeyOfMoreThan1024Bytes_IsBad() =>
        ReadModelRig.Bad(await _rig.LiveAsync(_rig.Order(new string('k', 1025), "placed"), _rig.Next("order-events", new string('k', 1025), null))).ShouldBe(
        [
            "order-events-0@0: the key 'orderId' has more than 1024 bytes",
            "order-events-0@1: the record's key has 1025 bytes, more than 1024",
        ]);

    [Fact]
    public async Task RecordThatCouldNotBeRead_IsBad() =>
        ReadModelRig.Bad(await _rig.LiveAsync(new ReadModelRig.Event("order-events", new EnrichRecord(3, null, null, [], "the key in the event is not base64")))).ShouldBe(["order-events-0@3: the key in the event is not base64"]);

    [Theory]
    [InlineData("\"2026-01-01T01:00:00+01:00\"")]
    [InlineData("\"2026-01-01t00:00:00.000999z\"")]
    [InlineData("1767225600000")]
    public async Task TimeOfAnEvent_IsRfc3339OrMilliseconds(string time)
    {
        await _rig.LiveAsync(new ReadModelRig.Event("order-events", new EnrichRecord(0, Encoding.UTF8.GetBytes("o-1"), null, [], null, DateTimeOffset.FromUnixTimeMilliseconds(1767225600000))));
        await _rig.LiveAsync(_rig.Payment("o-1", "1", time));
        _rig.Row("o-1").ShouldBe("deleted", "the event is of the deletion's time");

        await _rig.LiveAsync(_rig.Payment("o-1", "1", "1767225600001"));
        _rig.Row("o-1").ShouldBe("""{"paid":1,"payments":1}""");
    }

    [Theory]
    [InlineData("null", "the message has no value in 'bookedAt', its time")]
    [InlineData("\"yesterday\"", "'bookedAt' is '\"yesterday\"', neither a moment as 2026-01-31T12:00:00Z nor milliseconds since 1970")]
    [InlineData("\"2026-02-29T00:00:00Z\"", "'bookedAt' is '\"2026-02-29T00:00:00Z\"', neither a moment as 2026-01-31T12:00:00Z nor milliseconds since 1970")]
    [InlineData("1.5", "'bookedAt' is '1.5', neither a moment as 2026-01-31T12:00:00Z nor milliseconds since 1970")]
    [InlineData("99999999999999999", "'bookedAt' is '99999999999999999', neither a moment as 2026-01-31T12:00:00Z nor milliseconds since 1970")]
    public async Task TimeThatIsNone_IsBad(string time, string reason) =>
        ReadModelRig.Bad(await _rig.LiveAsync(_rig.Payment("o-1", "1", time))).ShouldBe([$"order-payments-0@0: {reason}"]);

    [Fact]
    public async Task CompositeKey_IsTheArrayOfItsTexts()
    {
        var rig = new ReadModelRig("""
            kind: read-model
            readModel: orders
            topics:
              order-events:
                key: [shop, { template: "{no}", case: lower }]
                events:
                  - set: { x: x }
            """);
        await rig.LiveAsync(rig.Next("order-events", null, """{"shop":7,"no":"A-1","x":1}"""));

        rig.Row("""["7","a-1"]""").ShouldBe("""{"x":1}""");
    }

    [Theory]
    [InlineData("""{"name":"Ann"}""", "12.50", "DHL", new[] { "byStatus: new, 12.5 (number)", "byCustomer: Ann, DHL", "byTotal: 12.5, o-1" })]
    [InlineData("""{"name":true}""", "1.250e1", "\\u0044HL", new[] { "byStatus: new, 12.5 (number)", "byCustomer: true, DHL", "byTotal: 12.5, o-1" })]
    [InlineData("""{"name":-0.0}""", "-120e-1", "7", new[] { "byStatus: new, -12 (number)", "byCustomer: 0, 7", "byTotal: -12, o-1" })]
    [InlineData("""{"name":["Ann"]}""", "\"12\"", "DHL", new[] { "byTotal: 12, o-1" })]
    [InlineData("""{"name":""}""", "1e400", "DHL", new string[0])]
    [InlineData("""{"name":"\ud800"}""", "{}", "DHL", new string[0])]
    public async Task Indexes_HaveTheTextsOfTheirFields(string customer, string total, string carrier, string[] entries)
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed", $""" "customer":{customer},"total":{total},"status":"new" """), _rig.Order("o-1", "changed", $""" "carrier":"{carrier}" """));

        _rig.Indexes("o-1").ShouldBe(entries);
    }

    [Fact]
    public async Task TextOfMoreThan1024Bytes_IsInNoIndex()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed", $$""" "customer":{"name":"{{new string('é', 512)}}"},"total":1 """), _rig.Order("o-1", "changed", """ "carrier":"DHL" """));
        _rig.Indexes("o-1").Count.ShouldBe(2);

        await _rig.LiveAsync(_rig.Order("o-1", "changed", $$""" "customer":{"name":"{{new string('é', 512)}}x"} """));
        _rig.Indexes("o-1").ShouldBe(["byTotal: 1, o-1"]);
    }
}
