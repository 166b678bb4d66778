using System.Text;
using EntitySync.Core.State;
using EntitySync.Local.Demo;
using EntitySync.Local.Reconciling;

namespace EntitySync.Tests.Local.Reconciling;

/// <summary>The demo's checks find what they are there to find.</summary>
public sealed class ReconcileCheckTests
{
    private const string Document = """{"orderId":"o-1","total":0.30}""";
    private const string Late = """{"orderId":"o-1","status":"cancelled"}""";

    private readonly ReconcileCheck _check = new(new OrderRule(), new Dictionary<string, Outcome>
    {
        ["o-1"] = new("o-1", "complete", Document, false, new HashSet<string>(), [], [Late]),
        ["o-2"] = new("o-2", "overdue", null, true, new HashSet<string>(), ["a"], []),
        ["o-3"] = new("o-3", "open", null, false, new HashSet<string>(), ["a"], []),
    });

    [Fact]
    public void WhatIsAsRecomputed_Passes_AndDuplicatesAreCounted()
    {
        Completed(Shipped("o-1", 4), Shipped("o-1", 4)).ShouldBe([(true, "1 checked, 1 written again and recognised"), (true, "2 checked")]);
        Of(_check.Overdue([Overdue("o-2", 2), Overdue("o-2", 2)])).ShouldBe((true, "1 checked, 1 written again and recognised"));
        Of(_check.DeadLetters([Letter("o-1", Late, 5), Letter("o-1", Late, 5)])).ShouldBe((true, "1 checked, 1 written again and recognised"));
    }

    [Fact]
    public void Shipment_MissingTwiceOrOther_IsFound()
    {
        Completed().ShouldBe([(false, "1 of 1 wrong, e.g. o-1"), (true, "2 checked")]);
        Completed(Shipped("o-1", 4), Shipped("o-1", 6)).ShouldBe([(false, "1 of 1 wrong, e.g. o-1"), (true, "2 checked")]);
        Completed(Shipped("o-1", 4, """{"orderId":"o-1","total":0.3}""")).ShouldBe([(false, "1 of 1 wrong, e.g. o-1"), (true, "2 checked")]);
        Completed(Shipped("o-1", 4), Shipped("o-3", 2)).ShouldBe([(true, "1 checked"), (false, "1 of 2 wrong, e.g. o-3")]);
        Completed(Shipped("o-1", 4), Shipped("o-9", 2))[1].ShouldBe((false, "1 of 2 wrong, e.g. o-9"));
    }

    [Fact]
    public void Report_MissingTwiceOrOther_IsFound()
    {
        Of(_check.Overdue([])).ShouldBe((false, "1 of 1 wrong, e.g. o-2"));
        Of(_check.Overdue([Overdue("o-2", 2), Overdue("o-2", 5)])).ShouldBe((false, "1 of 1 wrong, e.g. o-2"));
        Of(_check.Overdue([Overdue("o-2", 2), Overdue("o-3", 2)])).ShouldBe((false, "1 of 1 wrong, e.g. o-3"));
    }

    [Fact]
    public void DeadLetter_MissingOrOther_IsFound()
    {
        Of(_check.DeadLetters([])).Item2.ShouldStartWith("1 of 1 wrong, e.g. missing o-1");
        Of(_check.DeadLetters([Letter("o-1", Late, 5), Letter("o-2", null, 6)])).Item2.ShouldStartWith("1 of 1 wrong, e.g. unexpected o-2 tombstone");
        Of(_check.DeadLetters([Letter("o-1", Late, 5), Letter("o-1", Late, 6)])).ShouldBe((false, "1 of 1 wrong, e.g. 2 instead of 1"));
        Of(_check.DeadLetters([Letter("o-1", Late, 5, "not JSON")])).ShouldBe((false, "1 of 1 wrong, e.g. o-1: not JSON"));
    }

    private static (bool, string) Of(CheckResult result) => (result.Passed, result.Found);

    private static SeenRecord Record(string key, string? json, string header, string value) =>
        new(key, json is null ? null : Encoding.UTF8.GetBytes(json), null) { Headers = [RecordHeader.Text(header, value)] };

    private static SeenRecord Shipped(string id, int version, string json = Document) => Record(id, json, HeaderNames.Transition, $"order-shipping/{id}@{version}");

    private static SeenRecord Overdue(string id, int version) =>
        Record(id, $$"""{"entity":"order-shipping","id":"{{id}}","status":"overdue"}""", HeaderNames.Transition, $"order-shipping/{id}@{version}");

    private static SeenRecord Letter(string id, string? json, int offset, string reason = "order-shipping 'o-1' is complete since then: it cannot be cancelled any more")
    {
        var record = Record(id, json, HeaderNames.DeadLetterPosition, $"orders-0@{offset}");
        return record with { Headers = [.. record.Headers, RecordHeader.Text(HeaderNames.DeadLetterReason, reason)] };
    }

    private List<(bool, string)> Completed(params SeenRecord[] outputs) => [.. _check.Completed(outputs).Select(Of)];
}
