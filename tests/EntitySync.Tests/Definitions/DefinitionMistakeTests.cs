namespace EntitySync.Tests.Definitions;

/// <summary>Mistakes against the grammar. Each case edits a definition that loads and lists every problem that must come of it.</summary>
public sealed class DefinitionMistakeTests
{
    [Fact]
    public void SeveralMistakes_AreAllReportedInOnePassInTheOrderOfTheFile()
    {
        const string yaml = """
            entity: item!
            root: { topic: items, kye: sku, kind: tabel }
            relations:
              deliveryClass:
                from: delivery classes
                key: [name, region]
                match: deliveryClasses[
                pick: { min: minimumTime, max: maximumTime }
                many: yes
                set: { minimumDeliveryTime: minimumTime, minimumDeliveryTime: minimumTime }
                missing: { set: { maximumDeliveryTime: null } }
                strategy: lookpu
            emit: { when: onChange }
            output: {}
            replay: { filter: "online:true", pageSize: 10001, ratePerSecond: 1.5 }
            """;

        Samples.Problems(yaml).ShouldBe(
        [
            "item.yaml(1,9): entity: found 'item!', allowed: a name of 1 to 236 of a-z A-Z 0-9 . _ - (topic names are made from it).",
            "item.yaml(2,7): root.key: a table needs it: found nothing, allowed: the field that equals the record key, or root.kind stream.",
            "item.yaml(2,23): root.kye: unknown key: found 'kye', allowed: topic, key, kind, format. Did you mean 'key'?",
            "item.yaml(2,39): root.kind: found 'tabel', allowed: table, stream. Did you mean 'table'?",
            "item.yaml(5,11): relations.deliveryClass.from: found 'delivery classes', allowed: a topic name: 1 to 249 of a-z A-Z 0-9 . _ -.",
            "item.yaml(7,12): relations.deliveryClass.match: found 'deliveryClasses[', allowed: a path such as sku, address.country or lines[].sku.",
            "item.yaml(7,12): relations.deliveryClass.match: match and key differ in number: found 1 in match, 2 in key, allowed: 2 in match.",
            "item.yaml(8,11): relations.deliveryClass.pick: found min and max, allowed: exactly one of min, max, first.",
            "item.yaml(9,11): relations.deliveryClass.many: found 'yes', allowed: true, false. Did you mean 'true'?",
            "item.yaml(10,46): relations.deliveryClass.set.minimumDeliveryTime: duplicate key: found 'minimumDeliveryTime' again, allowed: each key once (first in line 10).",
            "item.yaml(11,23): relations.deliveryClass.missing.set.maximumDeliveryTime: not a field that this relation sets: found 'maximumDeliveryTime', allowed: minimumDeliveryTime. Did you mean 'minimumDeliveryTime'?",
            "item.yaml(12,15): relations.deliveryClass.strategy: found 'lookpu', allowed: lookup, broadcast, shuffle. Did you mean 'lookup'?",
            "item.yaml(13,15): emit.when: found 'onChange', allowed: always, on-change. Did you mean 'on-change'?",
            "item.yaml(14,9): output.topic: required key is missing: found nothing, allowed: a topic name: 1 to 249 of a-z A-Z 0-9 . _ -.",
            "item.yaml(15,9): replay.ids: required key is missing: found nothing, allowed: a map with solr, dynamodb.",
            "item.yaml(15,44): replay.pageSize: found '10001', allowed: a whole number from 1 to 10000.",
            "item.yaml(15,66): replay.ratePerSecond: found '1.5', allowed: a whole number from 1 to 1000000.",
        ]);
    }

    [Theory]
    [InlineData("entity: item\n", "", "(1,1): entity: required key is missing: found nothing, allowed: a name of 1 to 236 of a-z A-Z 0-9 . _ - (topic names are made from it).")]
    [InlineData("replay:\n", "reply:\n", "(26,1): reply: unknown key: found 'reply', allowed: kind, entity, root, relations, emit, output, hook, replay, partitions, topicSettings. Did you mean 'replay'?")]
    [InlineData("once: false", "onze: true", "(23,3): emit.onze: unknown key: found 'onze', allowed: when, complete, once. Did you mean 'once'?")]
    [InlineData("once: false", "somewhere: true", "(23,3): emit.somewhere: unknown key: found 'somewhere', allowed: when, complete, once.")]
    [InlineData("once: false", "once: 1", "(23,9): emit.once: found '1', allowed: true, false.")]
    [InlineData("once: false", "once: \"true\"", "(23,9): emit.once: found 'true', allowed: true, false.")]
    [InlineData("entity: item\n", "entity: 12\n", "(1,9): entity: found '12', which YAML does not read as text, allowed: a name of 1 to 236 of a-z A-Z 0-9 . _ - (topic names are made from it) (in quotes when it looks like a number, true or false).")]
    [InlineData("entity: item\n", "entity: ..\n", "(1,9): entity: found '..', allowed: a name of 1 to 236 of a-z A-Z 0-9 . _ - (topic names are made from it).")]
    [InlineData("entity: item\n", "entity: [item]\n", "(1,9): entity: found a list, allowed: a name of 1 to 236 of a-z A-Z 0-9 . _ - (topic names are made from it).")]
    [InlineData("topic: items-merged", "topic:", "(25,9): output.topic: found nothing, allowed: a topic name: 1 to 249 of a-z A-Z 0-9 . _ -.")]
    [InlineData("topic: items-merged", "topic: { name: items-merged }", "(25,10): output.topic: found a map, allowed: a topic name: 1 to 249 of a-z A-Z 0-9 . _ -.")]
    [InlineData("output:\n  topic: items-merged", "output: items-merged", "(24,9): output: found 'items-merged', allowed: a map with topic.")]
    [InlineData("key: sku", "key: lines[].sku", "(4,8): root.key: found 'lines[].sku', allowed: a path to one value such as sku or address.country, without [].")]
    [InlineData("key: name", "key: [name, a..b]", "(10,17): relations.deliveryClass.key[1]: found 'a..b', allowed: a path to one value such as sku or address.country, without [].", "(11,12): relations.deliveryClass.match: match and key differ in number: found 1 in match, 2 in key, allowed: 2 in match.")]
    [InlineData("key: name", "key: []", "(10,10): relations.deliveryClass.key: found an empty list, allowed: 1 to 16 items.")]
    [InlineData("key: name", "key: { a: b }", "(10,10): relations.deliveryClass.key.template: required key is missing: found nothing, allowed: a template such as {owner}/{name}.", "(10,12): relations.deliveryClass.key.a: unknown key: found 'a', allowed: template, case.")]
    [InlineData("key: sku", "key: { template: sku }", "(4,20): root.key.template: found 'sku', allowed: a template such as {owner}/{name}.")]
    [InlineData("key: sku", "key: { template: \"{sku\" }", "(4,20): root.key.template: found '{sku', allowed: a template such as {owner}/{name}.")]
    [InlineData("key: sku", "key: { template: \"{a}\", case: title }", "(4,33): root.key.case: found 'title', allowed: lower, upper.")]
    [InlineData("key: sku", "key: [sku, [shop]]", "(4,14): root.key[1]: found a list, allowed: a path to one value such as sku or address.country, without [] or a map with template, case.")]
    [InlineData("match: deliveryClasses[]", "match: delivery classes[]", "(11,12): relations.deliveryClass.match: found 'delivery classes[]', allowed: a path such as sku, address.country or lines[].sku.")]
    [InlineData("min: minimumTime", "least: minimumTime", "(13,7): relations.deliveryClass.pick.least: unknown key: found 'least', allowed: min, max, first.", "(13,7): relations.deliveryClass.pick: found none of them, allowed: exactly one of min, max, first.")]
    [InlineData("minimumDeliveryTime: minimumTime", "times.minimum: minimumTime", "(15,7): relations.deliveryClass.set.times.minimum: found 'times.minimum', allowed: a top-level field name, without white space . [ ].", "(19,9): relations.deliveryClass.missing.set.minimumDeliveryTime: not a field that this relation sets: found 'minimumDeliveryTime', allowed: times.minimum, maximumDeliveryTime. Did you mean 'maximumDeliveryTime'?")]
    [InlineData("missing:\n      set:\n        minimumDeliveryTime: null", "missing: ommit", "(17,14): relations.deliveryClass.missing: found 'ommit', allowed: omit, drop, reject. Did you mean 'omit'?")]
    [InlineData("missing:\n      set:\n        minimumDeliveryTime: null", "missing: set", "(17,14): relations.deliveryClass.missing: found 'set', allowed: omit, drop, reject.")]
    [InlineData("missing:\n      set:\n        minimumDeliveryTime: null", "missing: [omit]", "(17,14): relations.deliveryClass.missing: found a list, allowed: omit, drop, reject or a map with set.")]
    [InlineData("        minimumDeliveryTime: null", "        minimumDeliveryTime: [1, .nan]", "(19,34): relations.deliveryClass.missing.set.minimumDeliveryTime[1]: JSON has no such value: found '.nan', allowed: a finite number, null, or quoted text.")]
    [InlineData("strategy: lookup", "strategy: 12", "(20,15): relations.deliveryClass.strategy: found '12', allowed: lookup, broadcast, shuffle.")]
    [InlineData("collection: items", "collection: ../admin", "(29,19): replay.ids.solr.collection: found '../admin', allowed: a Solr collection: 1 to 250 of a-z A-Z 0-9 . _ -, not - first.")]
    [InlineData("deliveryClass: classes", "deliveryClass: \"a:b OR\"", "(32,24): replay.ids.solr.match.deliveryClass: found 'a:b OR', allowed: a Solr field: a-z A-Z 0-9 _ . -, a letter or _ first.")]
    [InlineData("filter: \"online:true\"", "filter: \"\"", "(33,11): replay.filter: found '', allowed: a filter of 1 to 4096 characters on one line.")]
    [InlineData("filter: \"online:true\"", "filter: true", "(33,11): replay.filter: found 'true', which YAML does not read as text, allowed: a filter of 1 to 4096 characters on one line (in quotes when it looks like a number, true or false).")]
    [InlineData("pageSize: 500", "pageSize: 0", "(34,13): replay.pageSize: found '0', allowed: a whole number from 1 to 10000.")]
    [InlineData("pageSize: 500", "pageSize: 99999999999", "(34,13): replay.pageSize: found '99999999999', allowed: a whole number from 1 to 10000.")]
    [InlineData("pageSize: 500", "pageSize: \"500\"", "(34,13): replay.pageSize: found '500', allowed: a whole number from 1 to 10000.")]
    [InlineData("ratePerSecond: 2000", "ratePerSecond: 0", "(35,18): replay.ratePerSecond: found '0', allowed: a whole number from 1 to 1000000.")]
    [InlineData("  ids:\n    solr:\n      collection: items\n      key: id\n      match:\n        deliveryClass: classes\n", "", "(27,3): replay.ids: required key is missing: found nothing, allowed: a map with solr, dynamodb.")]
    [InlineData("    solr:\n", "    dynamodb: { table: items, key: sku }\n    solr:\n", "(28,5): replay.ids: found solr and dynamodb, allowed: exactly one of solr, dynamodb.")]
    public void MistakeInItem_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        Samples.Problems(Samples.Item.With(part, other)).ShouldBe(problems.Select(problem => "item.yaml" + problem));

    [Theory]
    [InlineData("segments: 8", "segments: 1001", "(60,17): replay.ids.dynamodb.segments: found '1001', allowed: a whole number from 1 to 1000.")]
    [InlineData("table: users", "table: u", "(54,14): replay.ids.dynamodb.table: found 'u', allowed: a DynamoDB name: 3 to 200 of a-z A-Z 0-9 . _ -.")]
    [InlineData("          attribute: username\n", "", "(58,11): replay.ids.dynamodb.indexes.payment.attribute: required key is missing: found nothing, allowed: an attribute name of 1 to 255 characters without white space.")]
    [InlineData("  payment:\n    from", "  pay.ment:\n    from", "(40,3): relations.pay.ment: found 'pay.ment', allowed: a relation name: 1 to 100 of a-z A-Z 0-9 _ -.", "(57,9): replay.ids.dynamodb.indexes.payment: unknown relation: found 'payment', allowed: stars, repo, pay.ment. Did you mean 'pay.ment'?")]
    [InlineData("public: true", "public: { is: true }", "(15,15): relations.stars.where.public: found a map, allowed: text, a number, true, false or null, or a list of such.")]
    [InlineData("public: true", "pub[]: .nan", "(15,7): relations.stars.where.pub[]: found 'pub[]', allowed: a path to one value such as sku or address.country, without [].", "(15,14): relations.stars.where.pub[]: JSON has no such value: found '.nan', allowed: a finite number, null, or quoted text.")]
    [InlineData("[star, 1.0, null]", "[star, [1]]", "(16,20): relations.stars.where.kind[1]: found a list, allowed: text, a number, true, false or null.")]
    [InlineData("[star, 1.0, null]", "[]", "(16,13): relations.stars.where.kind: found an empty list, allowed: 1 to 100 items.")]
    [InlineData("direction: descending", "direction: down", "(20,18): relations.stars.order.direction: found 'down', allowed: ascending, descending.")]
    [InlineData("by: at", "field: at", "(19,7): relations.stars.order.field: unknown key: found 'field', allowed: by, direction.", "(19,7): relations.stars.order.by: required key is missing: found nothing, allowed: a path to one value such as sku or address.country, without [].")]
    [InlineData("limit: 100", "limit: 10001", "(21,12): relations.stars.limit: found '10001', allowed: a whole number from 1 to 10000.")]
    [InlineData("from: text", "path: text", "(26,9): relations.stars.fields.note.path: unknown key: found 'path', allowed: from, default.", "(26,9): relations.stars.fields.note.from: required key is missing: found nothing, allowed: a path to one value such as sku or address.country, without [].")]
    [InlineData("          - name\n", "          - 12\n", "(37,13): relations.stars.relations.repo.fields[0]: found '12', which YAML does not read as text, allowed: a top-level field name, without white space . [ ] (in quotes when it looks like a number, true or false).")]
    public void MistakeInProfile_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        Samples.Problems(Samples.Profile.With(part, other)).ShouldBe(problems.Select(problem => "item.yaml" + problem));

    [Fact]
    public void LongestTopicAndEntity_Fit()
    {
        Samples.Load(Samples.Item.With("entity: item", "entity: " + new string('e', 236)).With("topic: items-merged", "topic: " + new string('t', 249)));
        Samples.Problems(Samples.Item.With("entity: item", "entity: " + new string('e', 237)).With("topic: items-merged", "topic: " + new string('t', 250))).ShouldBe(
        [
            "item.yaml(1,9): entity: found 237 characters, allowed: a name of 1 to 236 of a-z A-Z 0-9 . _ - (topic names are made from it).",
            "item.yaml(25,10): output.topic: found 250 characters, allowed: a topic name: 1 to 249 of a-z A-Z 0-9 . _ -.",
        ]);
    }

    [Fact]
    public void ThousandsOfMistakes_AreCutAtTheLimit()
    {
        var problems = Samples.Problems(Samples.Item + string.Concat(Enumerable.Range(0, 5000).Select(i => $"x{i}: 1\n")));

        problems.Length.ShouldBe(201);
        problems[^1].ShouldBe("item.yaml(5035,1): too many problems to list: found 4800 more, allowed: 200 are listed.");
    }
}
