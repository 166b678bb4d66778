using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Mistakes in a read model or feed. Each case edits one that loads and lists every problem that must come of it.</summary>
public sealed class ReadModelMistakeTests
{
    [Fact]
    public void SeveralMistakes_AreAllReportedInOnePassInTheOrderOfTheFile() => ReadModelSamples.Problems("""
        readModel: orders
        topics:
          orders: { key: "lines[].id", events: [{ where: {}, replaced: { a: a } }] }
          order-events:
            key: id
            events:
              - set: { status: status, count: count }
                increment: { count: 1, list: 2 }
              - append: { list: { from: a, fields: [b] } }
                delete: true
              - delete: false
        states: { status: [a, b, a], statuz: [a] }
        indexes: { by: { key: status }, byList: { key: list, sort: { numbr: count } } }
        output: { topic: orders-dead-letters }
        """).ShouldBe(
        [
        ]);

    [Theory]
    [InlineData("kind: read-model", "kind: read-modell", "")]
    [InlineData("readModel: orders-search", "readModel: a/b", "")]
    [InlineData("  order-payments:\n", "  order payments:\n", "")]
    [InlineData("{shop}/{number}", "{shops[]}/{number}", "")]
    [InlineData("time: meta.at", "time: shop.at", "")]
    [InlineData("tombstones: delete", "tombstones: ignore", "")]
    [InlineData("from: total.amount\n", "from: total.amount\n            value: 1\n", "")]
    [InlineData("value: Placed", "value: Placd", "")]
    [InlineData("value: Placed", "value: 1", "")]
    [InlineData("value: Placed", "value: null", "")]
    [InlineData("set:\n          status: status\n", "set:\n          status: { from: status, default: processed }\n", "")]
    [InlineData("payments: 1", "payments: one[]", "")]
    [InlineData("payments: 1", "payments: true", "")]
    [InlineData("payments: 1", "payments: .inf", "")]
    [InlineData("payments: 1", "payments: { from: n, default: none }", "")]
    [InlineData("payments: 1", "status: 1", "")]
    [InlineData("payments: 1", "customer: 1", "")]
    [InlineData("payments: 1", "history: 1", "")]
    [InlineData("limit: 50", "limit: 0", "")]
    [InlineData("fields:\n              what: type\n", "fields: [type, type]\n          more:\n            fields:\n", "")]
    [InlineData("        delete: true", "        delete: true\n        set: { gone: at }", "")]
    [InlineData("      - where:\n          type: OrderDeleted\n        delete: true", "      - delete: true", "")]
    [InlineData("        delete: true", "        delete: false", "")]
    [InlineData("        delete: true\n", "", "")]
    [InlineData("        set:\n          status: status\n", "        replace:\n          carrier: carrier\n        set:\n          status: status\n", "")]
    [InlineData("[Placed, Processed, Shipped]", "[Placed, Processed, Placed]", "")]
    [InlineData("[Placed, Processed, Shipped]", "[Placed, 2]", "")]
    [InlineData("  status: [Placed", "  statuss: [Placed", "")]
    [InlineData("  status: [Placed", "  tags: [a]\n  status: [Placed", "")]
    [InlineData("  status: [Placed", "  paid: [a]\n  status: [Placed", "")]
    [InlineData("    key: paid", "    key: paidd", "")]
    [InlineData("    key: paid", "    key: tags", "")]
    [InlineData("    key: paid", "    key: customer\n    sort: payments", "")]
    [InlineData("    key: paid", "    key: customer\n    sort: { number: status }", "")]
    [InlineData("    key: paid", "    key: customer\n    sort: customer", "")]
    [InlineData("    key: paid", "    key: customer\n    sort: { number: notes }", "")]
    [InlineData("  byPaid:", "  facts:", "")]
    [InlineData("  byPaid:", "  byStatusSort:", "")]
    [InlineData("  byPaid:", "  by paid:", "")]
    [InlineData("topic: orders-search-rows", "topic: order-events", "")]
    [InlineData("topic: orders-search-rows", "topic: orders-search-dead-letters", "")]
    [InlineData("  order-payments:\n", "  orders-search-dead-letters:\n", "")]
    [InlineData("keep: P90D", "keep: P0D", "")]
    public void MistakeInOrders_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        ReadModelSamples.Problems(ReadModelSamples.Orders.With(part, other)).ShouldBe(problems.Select(problem => "m.yaml" + problem));

    [Theory]
    [InlineData("feed: items\n", "", "")]
    [InlineData("feed: items\n", "feed: items/all\n", "")]
    [InlineData("topic: items-merged", "topics: items-merged", "")]
    [InlineData("title: All items", "title: \" All items\"", "")]
    [InlineData("pageSize: 250", "pageSize: 1001", "")]
    [InlineData("kind: feed\n", "", "")]
    public void MistakeInAFeed_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        ReadModelSamples.Problems(ReadModelSamples.Feed.With(part, other)).ShouldBe(problems.Select(problem => "m.yaml" + problem));
}
