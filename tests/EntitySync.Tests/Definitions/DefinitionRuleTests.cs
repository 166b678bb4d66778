using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Mistakes between places of one definition, each of which is well formed.</summary>
public sealed class DefinitionRuleTests
{
    [Theory]
    // pick, many, set, embed, fields
    [InlineData("pick:\n      min: minimumTime\n    set:\n      minimumDeliveryTime: minimumTime\n      maximumDeliveryTime: maximumTime\n    missing:\n      set:\n        minimumDeliveryTime: null\n", "pick:\n      min: minimumTime\n    many: true\n    embed: classes\n", "(13,7): relations.deliveryClass.pick: pick takes one row, many: true takes all: found pick and many: true, allowed: one of them.")]
    [InlineData("pick:\n      min: minimumTime\n", "many: true\n", "(14,7): relations.deliveryClass.set: many: true gives a list of rows, and set takes fields of one: found set and many: true, allowed: embed with many: true, or set with pick.")]
    [InlineData("    set:\n      minimumDeliveryTime: minimumTime\n      maximumDeliveryTime: maximumTime\n    missing:\n      set:\n        minimumDeliveryTime: null\n", "", "(9,5): relations.deliveryClass: nothing of the related row would reach the output: found no set and no embed, allowed: set, embed or both.")]
    [InlineData("strategy: lookup", "strategy: lookup\n    fields: [name]", "(21,13): relations.deliveryClass.fields: fields names what embed takes over: found fields without embed, allowed: fields with embed, or set.")]
    [InlineData("strategy: lookup", "strategy: lookup\n    embed: class\n    fields: [name, name]", "(22,20): relations.deliveryClass.fields[1]: a field is written twice: found 'name', taken by fields, allowed: a field that nothing else writes.")]
    [InlineData("strategy: lookup", "strategy: lookup\n    order: { by: name }", "(21,12): relations.deliveryClass.order: order arranges a list of rows: found order without many: true, allowed: order with many: true, or pick.")]
    [InlineData("strategy: lookup", "strategy: lookup\n    limit: 10", "(21,12): relations.deliveryClass.limit: limit cuts a list of rows: found limit without many: true, allowed: limit with many: true, or pick.")]
    // targets
    [InlineData("strategy: lookup", "strategy: lookup\n    embed: minimumDeliveryTime", "(21,12): relations.deliveryClass.embed: a field is written twice: found 'minimumDeliveryTime', taken by relation 'deliveryClass', allowed: a field that nothing else writes.")]
    [InlineData("maximumDeliveryTime: maximumTime", "sku: maximumTime", "(16,7): relations.deliveryClass.set.sku: a field is written twice: found 'sku', taken by the root's key, allowed: a field that nothing else writes.")]
    [InlineData("emit:\n", "  other: { from: others, key: id, match: id, set: { maximumDeliveryTime: x } }\nemit:\n", "(21,53): relations.other.set.maximumDeliveryTime: a field is written twice: found 'maximumDeliveryTime', taken by relation 'deliveryClass', allowed: a field that nothing else writes.")]
    // key and match
    [InlineData("key: name", "key: [name, region]", "(10,10): relations.deliveryClass.key: a reference table is looked up by one field: found 2 fields, allowed: one top-level field, or strategy broadcast or shuffle.", "(11,12): relations.deliveryClass.match: match and key differ in number: found 1 in match, 2 in key, allowed: 2 in match.")]
    // missing
    [InlineData("        minimumDeliveryTime: null", "        minimumDelivery: null", "(19,9): relations.deliveryClass.missing.set.minimumDelivery: not a field that this relation sets: found 'minimumDelivery', allowed: minimumDeliveryTime, maximumDeliveryTime. Did you mean 'minimumDeliveryTime'?")]
    // topics
    [InlineData("topic: items-merged", "topic: items", "(25,10): output.topic: the entity would read its own output: found the root's topic 'items', allowed: another topic.")]
    [InlineData("topic: items-merged", "topic: item-updates", "(25,10): output.topic: found 'item-updates', an internal topic of the entity, allowed: another topic.")]
    [InlineData("topic: items\n", "topic: item-replay\n", "(3,10): root.topic: found 'item-replay', an internal topic of the entity, allowed: another topic.")]
    [InlineData("from: delivery-classes", "from: items-merged", "(9,11): relations.deliveryClass.from: the entity would follow its own output: found 'items-merged', allowed: another topic.")]
    [InlineData("from: delivery-classes", "from: item-progress", "(9,11): relations.deliveryClass.from: found 'item-progress', an internal topic of the entity, allowed: another topic.")]
    // paths that no document can fit both
    [InlineData("match: deliveryClasses[]", "match: sku.name", "(11,12): relations.deliveryClass.match: no document can fit both paths: found 'sku.name' takes 'sku' as an object, 'sku' as a value, allowed: key and match paths that agree.")]
    [InlineData("emit:\n", "  other: { from: others, key: id, match: deliveryClasses.id, set: { x: x } }\nemit:\n", "(21,42): relations.other.match: no document can fit both paths: found 'deliveryClasses.id' takes 'deliveryClasses' as an object, 'deliveryClasses[]' as an array, allowed: key and match paths that agree.")]
    [InlineData("emit:\n", "  other: { from: others, key: id, match: \"deliveryClasses[].id\", set: { x: x } }\nemit:\n", "(21,42): relations.other.match: no document can fit both paths: found 'deliveryClasses[].id' takes 'deliveryClasses[]' as an object, 'deliveryClasses[]' as a value, allowed: key and match paths that agree.")]
    // emission
    [InlineData("when: always", "complete: deliveryClas", "(22,13): emit.complete: unknown relation of the root: found 'deliveryClas', allowed: deliveryClass. Did you mean 'deliveryClass'?")]
    [InlineData("when: always", "complete: [deliveryClass, lines]", "(22,29): emit.complete[1]: unknown relation of the root: found 'lines', allowed: deliveryClass.")]
    [InlineData("when: always", "complete: [deliveryClass, deliveryClass]", "(22,29): emit.complete[1]: named twice: found 'deliveryClass', allowed: each relation once.")]
    [InlineData("when: always", "when: on-change", "(22,9): emit.when: Enrich emits every record it enriches: found on-change with lookup relation 'deliveryClass', allowed: always, or strategy broadcast or shuffle for all relations.")]
    [InlineData("once: false", "once: true", "(23,9): emit.once: Enrich emits every record it enriches: found true with lookup relation 'deliveryClass', allowed: false, or strategy broadcast or shuffle for all relations.")]
    // what a reference table can be asked for
    [InlineData("key: name\n    match: deliveryClasses[]", "key: [name, region]\n    match: [\"deliveryClasses[]\", region]", "(10,10): relations.deliveryClass.key: a reference table is looked up by one field: found 2 fields, allowed: one top-level field, or strategy broadcast or shuffle.")]
    [InlineData("strategy: lookup", "strategy: lookup\n    source: topic", "(21,13): relations.deliveryClass.source: Enrich reads a reference table: found topic with strategy lookup, allowed: table, or strategy broadcast or shuffle.")]
    [InlineData("strategy: lookup", "strategy: lookup\n    format: debezium", "(21,13): relations.deliveryClass.format: the rows of a reference table are published as plain JSON: found debezium, allowed: json, or source: topic with strategy broadcast or shuffle.")]
    [InlineData("strategy: lookup", "strategy: shuffle\n    source: table\n    format: debezium", "(22,13): relations.deliveryClass.format: the rows of a reference table are published as plain JSON: found debezium, allowed: json, or source: topic with strategy broadcast or shuffle.")]
    [InlineData("strategy: lookup", "strategy: shuffle\n    format: debezum", "(21,13): relations.deliveryClass.format: found 'debezum', allowed: json, debezium. Did you mean 'debezium'?")]
    [InlineData("key: name", "key: id.name", "(10,10): relations.deliveryClass.key: a reference table is looked up by one field: found 'id.name', allowed: one top-level field, or strategy broadcast or shuffle.")]
    // replay
    [InlineData("kind: table", "kind: stream", "(6,11): root.format: change events are the history of a table's rows: found debezium with root.kind stream, allowed: root.kind table, or json: a topic of plain events (the connector's outbox).", "(27,3): replay: the records of a stream are events, which cannot be published again: found replay with root.kind stream, allowed: root.kind table, or no replay.")]
    [InlineData("deliveryClass: classes", "deliveryClas: classes", "(32,9): replay.ids.solr.match.deliveryClas: unknown relation: found 'deliveryClas', allowed: deliveryClass. Did you mean 'deliveryClass'?", "(32,9): replay.ids.solr.match: a change of 'delivery-classes' could not find the entities it affects: found no match for lookup relation 'deliveryClass', allowed: match: { deliveryClass: the Solr field that holds its keys }, or strategy broadcast or shuffle for the relation.")]
    [InlineData("      match:\n        deliveryClass: classes\n", "", "(29,7): replay.ids.solr.match: a change of 'delivery-classes' could not find the entities it affects: found no match for lookup relation 'deliveryClass', allowed: match: { deliveryClass: the Solr field that holds its keys }, or strategy broadcast or shuffle for the relation.")]
    // nesting
    [InlineData("strategy: lookup", "strategy: lookup\n    relations: { region: { from: regions, key: id, match: region, embed: region, strategy: lookup } }", "(21,16): relations.deliveryClass.relations: nested relations need strategy broadcast or shuffle: found relations under strategy lookup, allowed: strategy broadcast or shuffle for the parent, or no nested relations.")]
    public void BrokenRuleInItem_IsReported(string part, string other, params string[] problems) =>
        Samples.Problems(Samples.Item.With(part, other)).ShouldBe(problems.Select(problem => "item.yaml" + problem));

    [Theory]
    [InlineData("        embed: repo\n", "        strategy: lookup\n        embed: repo\n", "(35,19): relations.stars.relations.repo.strategy: a nested relation is joined in the join topology: found 'lookup', allowed: broadcast, shuffle, or no strategy (it is the parent's, shuffle).")]
    [InlineData("        embed: repo\n", "        embed: starredAt\n", "(35,16): relations.stars.relations.repo.embed: a field is written twice: found 'starredAt', taken by fields, allowed: a field that nothing else writes.")]
    [InlineData("        payment:\n", "        paymnt:\n", "(57,9): replay.ids.dynamodb.indexes.paymnt: unknown relation: found 'paymnt', allowed: stars, repo, payment. Did you mean 'payment'?")]
    public void BrokenRuleInProfile_IsReported(string part, string other, params string[] problems) =>
        Samples.Problems(Samples.Profile.With(part, other)).ShouldBe(problems.Select(problem => "item.yaml" + problem));

    [Theory]
    [InlineData("key: user\n", "key: user.id\n", "(42,10): relations.payment.key: a reference table is looked up by one field: found 'user.id', allowed: one top-level field, or source: topic.")]
    [InlineData("match: repoId\n", "match: user.repo\n", "(34,16): relations.stars.relations.repo.match: no document can fit both paths: found 'user.repo' takes 'user' as an object, 'user' as a value, allowed: key and match paths that agree.")]
    [InlineData("match: username\n", "match: username.first\n", "(43,12): relations.payment.match: no document can fit both paths: found 'username.first' takes 'username' as an object, 'username' as a value, allowed: key and match paths that agree.")]
    public void TwoPlacesOfProfile_Disagree(string part, string other, params string[] problems) =>
        Samples.Problems(Samples.Profile.With(part, other)).ShouldBe(problems.Select(problem => "item.yaml" + problem));

    [Fact]
    public void NamesThatGiveAnInternalTopicTooLong_AreReported() =>
        Samples.Problems(Samples.Profile.With("entity: user-profile", "entity: " + new string('e', 236))).ShouldBe(
        [
            $"item.yaml(7,5): relations.stars: the name of an internal topic is too long: found '{new string('e', 40)}…', 252 characters, allowed: at most 249: a shorter name of the relation or the entity.",
            $"item.yaml(32,9): relations.stars.relations.repo: the name of an internal topic is too long: found '{new string('e', 40)}…', 252 characters, allowed: at most 249: a shorter name of the relation or the entity.",
        ]);

    [Theory]
    [InlineData(Strategy.Lookup)]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void OtherStrategyForAllRelations_IsCheckedAsIfTheFileSaidSo(Strategy strategy)
    {
        var result = DefinitionLoader.LoadText(Samples.Profile, "item.yaml", strategy);

        var problems = result.Problems.Select(problem => problem.ToString()).ToList();
        if (strategy != Strategy.Lookup) result.Definitions.ShouldHaveSingleItem().AllRelations.ShouldAllBe(relation => relation.Strategy == strategy);
        problems.ShouldBe(strategy != Strategy.Lookup ? [] :
        [
            "item.yaml(9,7): relations.stars.key: a reference table is looked up by one field: found 2 fields, allowed: one top-level field, or strategy broadcast or shuffle.",
            "item.yaml(31,7): relations.stars.relations: nested relations need strategy broadcast or shuffle: found relations under strategy lookup, allowed: strategy broadcast or shuffle for the parent, or no nested relations.",
            "item.yaml(62,9): emit.when: Enrich emits every record it enriches: found on-change with lookup relation 'stars', allowed: always, or strategy broadcast or shuffle for all relations.",
            "item.yaml(63,9): emit.once: Enrich emits every record it enriches: found true with lookup relation 'stars', allowed: false, or strategy broadcast or shuffle for all relations.",
        ]);
    }

    [Fact]
    public void ManyNames_AreShownShortAndSearchedOnlyForListedProblems()
    {
        var fields = string.Concat(Enumerable.Range(0, 1000).Select(i => $"      field{i}: x\n"));
        var constants = string.Concat(Enumerable.Range(0, 1000).Select(i => $"        feild{i}: 1\n"));

        var problems = Samples.Problems(Samples.Item.With("      minimumDeliveryTime: minimumTime\n", fields).With("        minimumDeliveryTime: null\n", constants));

        problems.Length.ShouldBe(201);
        problems[7].ShouldStartWith("item.yaml(1025,9): relations.deliveryClass.missing.set.feild7: not a field that this relation sets: found 'feild7', allowed: field0, field1, ");
        problems[7].ShouldEndWith(", field19 and 981 more. Did you mean 'field7'?");
    }

    [Fact]
    public void SameTargetAtTwoLevels_IsAllowed() =>
        Samples.Load(Samples.Profile.With("        embed: repo\n", "        embed: stars\n")).Relations[0].Relations[0].Embed!.Target.ShouldBe("stars");

    [Fact]
    public void LookupWithoutIndexInDynamoDb_IsAllowedSinceTheTableIsScanned()
    {
        const string indexes = "      indexes:\n        payment:\n          index: by-user\n          attribute: username\n";

        Samples.Load(Samples.Profile
            .With(indexes, "")
            .With("match: username\n    pick", "match: username\n    strategy: lookup\n    pick")
            .With("emit:\n  when: on-change\n  once: true\n", "")).Replay.ShouldNotBeNull();
    }
}
