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
            "m.yaml(1,1): kind: required key is missing: found nothing, allowed: read-model.",
            "m.yaml(3,18): topics.orders.key: found 'lines[].id', allowed: a path to one value such as sku or address.country, without [].",
            "m.yaml(3,41): topics.orders.events[0]: the event would change nothing: found no replace and no set and no increment and no append and no delete, allowed: replace, set, increment, append, delete or several.",
            "m.yaml(3,50): topics.orders.events[0].where: found an empty map, allowed: at least one entry.",
            "m.yaml(3,54): topics.orders.events[0].replaced: unknown key: found 'replaced', allowed: where, replace, set, increment, append, delete. Did you mean 'replace'?",
            "m.yaml(8,22): topics.order-events.events[0].increment.count: one event would change a field twice: found 'count' in increment and in set, allowed: each field once in an entry.",
            "m.yaml(9,19): topics.order-events.events[1].append.list: a field holds a value, a sum or a list: found 'list' in append, and in topics.order-events.events[0].increment.list, allowed: another field for one of them.",
            "m.yaml(9,25): topics.order-events.events[1].append.list: found from and fields, allowed: exactly one of from, fields.",
            "m.yaml(10,17): topics.order-events.events[1].delete: a deleted row has no fields: found true with append, allowed: an entry of its own for the changes, or no delete.",
            "m.yaml(11,17): topics.order-events.events[2].delete: the event would change nothing: found false by itself, allowed: true, or a change.",
            "m.yaml(12,26): states.status[2]: a state stands twice in the order: found 'a', allowed: each state once.",
            "m.yaml(12,30): states.statuz: no event writes the field: found 'statuz', allowed: status, count, list. Did you mean 'status'?",
            "m.yaml(13,12): indexes.by: found 'by', allowed: an index name: 3 to 100 of a-z A-Z 0-9 _ -.",
            "m.yaml(13,60): indexes.byList.sort.number: required key is missing: found nothing, allowed: a top-level field name, without white space . [ ].",
            "m.yaml(13,62): indexes.byList.sort.numbr: unknown key: found 'numbr', allowed: number. Did you mean 'number'?",
            "m.yaml(14,18): output.topic: found 'orders-dead-letters', where events go that cannot be used, allowed: another topic.",
        ]);

    [Theory]
    [InlineData("kind: read-model", "kind: read-modell", "(1,7): kind: found 'read-modell', allowed: read-model. Did you mean 'read-model'?")]
    [InlineData("readModel: orders-search", "readModel: a/b", "(2,12): readModel: found 'a/b', allowed: a name of 1 to 150 of a-z A-Z 0-9 . _ - (table and topic names are made from it).")]
    [InlineData("  order-payments:\n", "  order payments:\n", "(41,3): topics.order payments: found 'order payments', allowed: a topic name: 1 to 249 of a-z A-Z 0-9 . _ -.")]
    [InlineData("{shop}/{number}", "{shops[]}/{number}", "(7,19): topics.order-events.key[1].template: an event is of one row: found 'shops[]', allowed: fields without [].")]
    [InlineData("time: meta.at", "time: shop.at", "(9,11): topics.order-events.time: no document can fit both paths: found 'shop.at' takes 'shop' as an object, 'shop' as a value, allowed: paths that agree.")]
    [InlineData("tombstones: delete", "tombstones: keep", "(10,17): topics.order-events.tombstones: found 'keep', allowed: delete, ignore.")]
    [InlineData("from: total.amount\n", "from: total.amount\n            value: 1\n", "(18,13): topics.order-events.events[0].replace.total: found from and value, allowed: exactly one of from, value.")]
    [InlineData("value: Placed", "value: Placd", "(21,20): topics.order-events.events[0].replace.status.value: not among the states of the field: found 'Placd', allowed: Placed, Processed, Shipped. Did you mean 'Placed'?")]
    [InlineData("value: Placed", "value: 1", "(21,20): topics.order-events.events[0].replace.status.value: not among the states of the field: found '1', allowed: Placed, Processed, Shipped.")]
    [InlineData("value: Placed", "value: null", "(21,20): topics.order-events.events[0].replace.status.value: not among the states of the field: found nothing, allowed: Placed, Processed, Shipped.")]
    [InlineData("set:\n          status: status\n", "set:\n          status: { from: status, default: processed }\n", "(25,44): topics.order-events.events[1].set.status.default: not among the states of the field: found 'processed', allowed: Placed, Processed, Shipped. Did you mean 'Processed'?")]
    [InlineData("payments: 1", "payments: one[]", "(46,21): topics.order-payments.events[0].increment.payments: found 'one[]', allowed: a path to one value such as sku or address.country, without [].")]
    [InlineData("payments: 1", "payments: true", "(46,21): topics.order-payments.events[0].increment.payments: found 'true', allowed: a path to one value such as sku or address.country, without [] or a number or a map with from, default.")]
    [InlineData("payments: 1", "payments: .inf", "(46,21): topics.order-payments.events[0].increment.payments: found '.inf', allowed: a path to one value such as sku or address.country, without [] or a number or a map with from, default.")]
    [InlineData("payments: 1", "payments: { from: n, default: none }", "(46,41): topics.order-payments.events[0].increment.payments.default: found 'none', allowed: a number.")]
    [InlineData("payments: 1", "status: 1", "(46,11): topics.order-payments.events[0].increment.status: a field holds a value, a sum or a list: found 'status' in increment, and in topics.order-events.events[0].replace.status, allowed: another field for one of them.")]
    [InlineData("payments: 1", "customer: 1", "(46,11): topics.order-payments.events[0].increment.customer: a field holds a value, a sum or a list: found 'customer' in increment, and in topics.order-events.events[0].replace.customer, allowed: another field for one of them.")]
    [InlineData("payments: 1", "history: 1", "(46,11): topics.order-payments.events[0].increment.history: a field holds a value, a sum or a list: found 'history' in increment, and in topics.order-events.events[2].append.history, allowed: another field for one of them.")]
    [InlineData("limit: 50", "limit: 0", "(34,20): topics.order-events.events[2].append.history.limit: found '0', allowed: a whole number from 1 to 1000.")]
    [InlineData("fields:\n              what: type\n", "fields: [type, type]\n          more:\n            fields:\n", "(29,28): topics.order-events.events[2].append.history.fields[1]: a field is written twice: found 'type', allowed: each field once.")]
    [InlineData("        delete: true", "        delete: true\n        set: { gone: at }", "(40,17): topics.order-events.events[3].delete: a deleted row has no fields: found true with set, allowed: an entry of its own for the changes, or no delete.")]
    [InlineData("      - where:\n          type: OrderDeleted\n        delete: true", "      - delete: true", "(38,17): topics.order-events.events[3].delete: every event of the topic would delete its row: found true without where, beside other entries, allowed: where: the events that delete.")]
    [InlineData("        delete: true", "        delete: false", "(40,17): topics.order-events.events[3].delete: the event would change nothing: found false by itself, allowed: true, or a change.")]
    [InlineData("        delete: true\n", "", "(38,9): topics.order-events.events[3]: the event would change nothing: found no replace and no set and no increment and no append and no delete, allowed: replace, set, increment, append, delete or several.")]
    [InlineData("        set:\n          status: status\n", "        replace:\n          carrier: carrier\n        set:\n          status: status\n", "(28,11): topics.order-events.events[1].set.carrier: one event would change a field twice: found 'carrier' in set and in replace, allowed: each field once in an entry.")]
    [InlineData("[Placed, Processed, Shipped]", "[Placed, Processed, Placed]", "(51,31): states.status[2]: a state stands twice in the order: found 'Placed', allowed: each state once.")]
    [InlineData("[Placed, Processed, Shipped]", "[Placed, 2]", "(51,20): states.status[1]: found '2', which YAML does not read as text, allowed: a state: 1 to 100 characters on one line (in quotes when it looks like a number, true or false).")]
    [InlineData("  status: [Placed", "  statuss: [Placed", "(51,3): states.statuss: no event writes the field: found 'statuss', allowed: customer, total, status, carrier, history, tags, notes, paid, payments, fees. Did you mean 'status'?")]
    [InlineData("  status: [Placed", "  tags: [a]\n  status: [Placed", "(51,3): states.tags: a field with an order of states holds one of them: found 'tags', which is a list that is appended to, allowed: a field that is replaced or set.")]
    [InlineData("  status: [Placed", "  paid: [a]\n  status: [Placed", "(51,3): states.paid: a field with an order of states holds one of them: found 'paid', which is a sum that is incremented, allowed: a field that is replaced or set.")]
    [InlineData("    key: paid", "    key: paidd", "(61,10): indexes.byPaid.key: no event writes the field: found 'paidd', allowed: customer, total, status, carrier, history, tags, notes, paid, payments, fees. Did you mean 'paid'?")]
    [InlineData("    key: paid", "    key: tags", "(61,10): indexes.byPaid.key: a list has no value to ask for: found 'tags', which is a list that is appended to, allowed: a field that is replaced, set or incremented.")]
    [InlineData("    key: paid", "    key: customer\n    sort: payments", "(62,11): indexes.byPaid.sort: no row would ever be in the list: found 'payments', which is a sum that is incremented, allowed: sort: { number: payments }.")]
    [InlineData("    key: paid", "    key: customer\n    sort: { number: status }", "(62,21): indexes.byPaid.sort.number: no row would ever be in the list: found 'status', which holds states, allowed: a field that holds numbers, or sort without number.")]
    [InlineData("    key: paid", "    key: customer\n    sort: customer", "(62,11): indexes.byPaid.sort: all rows of one value would stand in one place: found 'customer', the key of the index, allowed: another field, or no sort: by the row's key.")]
    [InlineData("    key: paid", "    key: customer\n    sort: { number: notes }", "(62,21): indexes.byPaid.sort.number: a list has no place in an order: found 'notes', which is a list that is appended to, allowed: a field that is replaced, set or incremented.")]
    [InlineData("  byPaid:", "  facts:", "(60,3): indexes.facts: the table uses the name itself: found 'facts', allowed: another name than rowKey, revision, facts, document, expiresAt.")]
    [InlineData("  byPaid:", "  byStatusSort:", "(60,3): indexes.byStatusSort: the table uses the name for the other index: found 'byStatusSort' beside 'byStatus', allowed: another name for one of them.")]
    [InlineData("  byPaid:", "  by paid:", "(60,3): indexes.by paid: found 'by paid', allowed: an index name: 3 to 100 of a-z A-Z 0-9 _ -.")]
    [InlineData("topic: orders-search-rows", "topic: order-events", "(64,10): output.topic: the read model would read what it writes: found 'order-events', one of topics, allowed: another topic.")]
    [InlineData("topic: orders-search-rows", "topic: orders-search-dead-letters", "(64,10): output.topic: found 'orders-search-dead-letters', where events go that cannot be used, allowed: another topic.")]
    [InlineData("  order-payments:\n", "  orders-search-dead-letters:\n", "(41,3): topics.orders-search-dead-letters: found 'orders-search-dead-letters', where events go that cannot be used, allowed: another topic.")]
    [InlineData("keep: P90D", "keep: P0D", "(62,7): keep: found 'P0D', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    public void MistakeInOrders_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        ReadModelSamples.Problems(ReadModelSamples.Orders.With(part, other)).ShouldBe(problems.Select(problem => "m.yaml" + problem));

    [Fact]
    public void Limits_AreThoseOfTheTableAndOfTheRegistry()
    {
        Of(topics: 21).ShouldBe(["m.yaml(3,9): topics: found 21 entries, allowed: at most 20."]);
        Of(rules: 101).ShouldBe(["m.yaml(3,34): topics.t0.events: found 101 items, allowed: 1 to 100 items."]);
        Of(fields: 101, rules: 2).ShouldBe(["m.yaml(3,9): topics: a row has too many fields: found 202 fields, allowed: at most 200; one field can hold an object of several."]);
        Of(indexes: 21).ShouldBe(["m.yaml(4,10): indexes: found 21 entries, allowed: at most 20."]);
        ReadModelSamples.Problems(ReadModelSamples.Orders + "#" + new string('x', DefinitionLoader.LargestReadModel)).ShouldBe(
            [$"m.yaml(1,1): too large: found {Encoding.UTF8.GetByteCount(ReadModelSamples.Orders) + 1 + DefinitionLoader.LargestReadModel} bytes, allowed: at most 65536."]);
        ReadModelSamples.Load(Text(topics: 20, rules: 10, fields: 20, indexes: 20)).Topics.Length.ShouldBe(20);

        static string[] Of(int topics = 1, int rules = 1, int fields = 1, int indexes = 1) => ReadModelSamples.Problems(Text(topics, rules, fields, indexes));

        static string Text(int topics, int rules, int fields, int indexes)
        {
            var events = Enumerable.Range(0, rules).Select(rule => $"{{ set: {{ {string.Join(", ", Enumerable.Range(0, fields).Select(field => $"f{rule}_{field}: f"))} }} }}");
            return $$"""
                kind: read-model
                readModel: m
                topics: { {{string.Join(", ", Enumerable.Range(0, topics).Select(topic => $"t{topic}: {{ key: id, events: [ {string.Join(", ", events)} ] }}"))}} }
                indexes: { {{string.Join(", ", Enumerable.Range(0, indexes).Select(index => $"by{index:00}: {{ key: f0_0 }}"))}} }
                """;
        }
    }

    [Fact]
    public void RowsWithoutAnyField_AreNone() => ReadModelSamples.Problems("kind: read-model\nreadModel: m\ntopics: { t: { key: id, events: [{ delete: true }] } }\n").ShouldBe(
        ["m.yaml(3,9): topics: no event ever changes a row: found no replace, set, increment or append, allowed: at least one of them."]);

    [Fact]
    public void ForgottenKind_IsTheOnlyMistake() =>
        ReadModelSamples.Problems(ReadModelSamples.Orders.With("kind: read-model\n", "")).ShouldBe(["m.yaml(1,1): kind: required key is missing: found nothing, allowed: read-model."]);

    [Theory]
    [InlineData("feed: items\n", "", "(1,1): feed: required key is missing: found nothing, allowed: a name of 1 to 249 of a-z A-Z 0-9 . _ -.")]
    [InlineData("feed: items\n", "feed: items/all\n", "(2,7): feed: found 'items/all', allowed: a name of 1 to 249 of a-z A-Z 0-9 . _ -.")]
    [InlineData("topic: items-merged", "topics: items-merged", "(3,1): topics: unknown key: found 'topics', allowed: kind, feed, topic, title, pageSize. Did you mean 'topic'?")]
    [InlineData("title: All items", "title: \" All items\"", "(4,8): title: found ' All items', allowed: 1 to 100 characters on one line, without white space at the ends.")]
    [InlineData("pageSize: 250", "pageSize: 1001", "(5,11): pageSize: found '1001', allowed: a whole number from 1 to 1000.")]
    [InlineData("kind: feed\n", "", "(1,1): kind: required key is missing: found nothing, allowed: feed.")]
    public void MistakeInAFeed_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        ReadModelSamples.Problems(ReadModelSamples.Feed.With(part, other)).ShouldBe(problems.Select(problem => "m.yaml" + problem));
}
