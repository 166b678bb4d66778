namespace EntitySync.Tests.Definitions;

/// <summary>Relations that could never work: to themselves, matches that never equal a key, fields that others write. Each definition is well formed otherwise.</summary>
public sealed class RelationRuleTests
{
    private const string Head = "entity: e\noutput: { topic: e-out }\n";
    private const string Root = "root: { topic: roots, key: id }\n";

    [Theory]
    // match and key that are known to differ
    [InlineData("key: { template: \"a-{x}\" }, match: { template: \"b-{x}\" }", "(5,55): relations.r.match: match can never equal the key: found different text at the beginning ('{ template: \"b-{x}\" }' in match, '{ template: \"a-{x}\" }' in key), allowed: the same fixed text and case on both sides.")]
    [InlineData("key: { template: \"{x}-a\" }, match: { template: \"{x}-b\" }", "(5,55): relations.r.match: match can never equal the key: found different text at the end ('{ template: \"{x}-b\" }' in match, '{ template: \"{x}-a\" }' in key), allowed: the same fixed text and case on both sides.")]
    [InlineData("key: { template: \"{x}\", case: lower }, match: { template: \"{x}\", case: upper }", "(5,66): relations.r.match: match can never equal the key: found lower case against upper case ('{ template: \"{x}\", case: upper }' in match, '{ template: \"{x}\", case: lower }' in key), allowed: the same fixed text and case on both sides.")]
    [InlineData("key: { template: \"{x}-A\" }, match: { template: \"{x}\", case: lower }", "(5,55): relations.r.match: match can never equal the key: found fixed text in another case ('{ template: \"{x}\", case: lower }' in match, '{ template: \"{x}-A\" }' in key), allowed: the same fixed text and case on both sides.")]
    [InlineData("key: [a, { template: \"x{b}\" }], match: [c, { template: \"y{d}\" }]", "(5,63): relations.r.match[1]: match can never equal the key: found different text at the beginning ('{ template: \"y{d}\" }' in match, '{ template: \"x{b}\" }' in key), allowed: the same fixed text and case on both sides.")]
    [InlineData("key: a, match: a, where: { a: null }", "(5,50): relations.r.where.a: match can never equal the key: found only rows without 'a', a field of the key, allowed: other values, or a key of other fields.")]
    [InlineData("key: { template: \"{a}/{b}\" }, match: x, where: { b: [null] }", "(5,72): relations.r.where.b: match can never equal the key: found only rows without 'b', a field of the key, allowed: other values, or a key of other fields.")]
    [InlineData("key: a, match: { template: \"de-{x}\" }, where: { a: [fr-1, null] }", "(5,71): relations.r.where.a: match can never equal the key: found only values that '{ template: \"de-{x}\" }' in match cannot give, allowed: a value that match can give.")]
    [InlineData("key: [a, b], match: [x, { template: \"{y}\", case: upper }], where: { b: open }", "(5,91): relations.r.where.b: match can never equal the key: found only values that '{ template: \"{y}\", case: upper }' in match cannot give, allowed: a value that match can give.")]
    // fields of the related row that contradict each other
    [InlineData("key: [a, a.b], match: [x, y]", "(5,29): relations.r.key[1]: no document can fit both paths: found 'a.b' takes 'a' as an object, 'a' as a value, allowed: key and match paths that agree.")]
    // arrays
    [InlineData("key: [a, b], match: [\"lines[].a\", \"tags[].b\"]", "(5,40): relations.r.match: the columns of one match go through one array: found 'lines[].a' and 'tags[].b', allowed: paths through 'lines[]', or without [].")]
    [InlineData("key: a, match: { template: \"{lines[].a}-{lines[].parts[].b}\" }", "(5,35): relations.r.match: the columns of one match go through one array: found 'lines[].a' and 'lines[].parts[].b', allowed: paths through 'lines[]', or without [].")]
    [InlineData("key: { template: \"{lines[].a}\" }, match: x", "(5,37): relations.r.key.template: a related row has one key: found 'lines[].a', allowed: fields without [].")]
    public void MatchThatCanNeverEqualTheKey_IsReported(string keyAndMatch, string problem) =>
        Problems(Root + "relations:\n  r: { from: rows, " + keyAndMatch + ", embed: r }\n").ShouldBe(["item.yaml" + problem]);

    [Theory]
    [InlineData("key: { template: \"a{x}\" }, match: { template: \"ab{x}\" }")]
    [InlineData("key: { template: \"A-{x}\", case: lower }, match: { template: \"a-{x}\" }")]
    [InlineData("key: { template: \"{x}\", case: lower }, match: x")]
    [InlineData("key: { template: \"a-{x}\" }, match: x")]
    [InlineData("key: a, match: { template: \"de-{x}\" }, where: { a: [de-1, fr-1] }")]
    [InlineData("key: a, match: { template: \"de-{x}\" }, where: { a: 12 }")]
    [InlineData("key: a, match: a, where: { a: [null, x] }")]
    [InlineData("key: a, match: a, where: { b: null }")]
    [InlineData("key: [a, b, c], match: [\"lines[].parts[].a\", \"lines[].parts[].b\", id]")]
    public void MatchThatMayEqualTheKey_IsAllowed(string keyAndMatch) =>
        Samples.Load(Head + Root + "relations:\n  r: { from: rows, " + keyAndMatch + ", embed: r }\n");

    [Fact]
    public void RootKeyThroughAnArray_IsReported() =>
        Problems("root: { topic: roots, key: { template: \"{lines[].id}\" } }\nrelations: { r: { from: rows, key: a, match: a, embed: r } }\n").ShouldBe(["item.yaml(3,40): root.key.template: an entity has one key: found 'lines[].id', allowed: fields without []."]);

    [Theory]
    [InlineData("  r: { from: roots, key: id, match: parent, embed: r }", "(5,14): relations.r.from: a relation to itself: found 'roots', the topic of the root, allowed: another topic, such as a copy of these rows with just the fields that are needed.")]
    [InlineData("  r: { from: rows, key: id, match: a, embed: r, relations: { n: { from: rows, key: id, match: parent, embed: n } } }", "(5,73): relations.r.relations.n.from: a relation to itself: found 'rows', the topic of relation 'r', allowed: another topic, such as a copy of these rows with just the fields that are needed.")]
    [InlineData("  r: { from: rows, key: id, match: a, embed: r, relations: { n: { from: roots, key: id, match: parent, embed: n } } }", "(5,73): relations.r.relations.n.from: a relation to itself: found 'roots', the topic of the root, allowed: another topic, such as a copy of these rows with just the fields that are needed.")]
    [InlineData("  r: { from: rows, key: id, match: a, embed: r, relations: { n: { from: e-out, key: id, match: parent, embed: n } } }", "(5,73): relations.r.relations.n.from: the entity would follow its own output: found 'e-out', allowed: another topic.")]
    [InlineData("  r: { from: rows, key: id, match: a, embed: r, relations: { n: { from: e-r-joined, key: id, match: parent, embed: n } } }", "(5,73): relations.r.relations.n.from: found 'e-r-joined', an internal topic of the entity, allowed: another topic.")]
    public void RelationToItself_IsReported(string relation, string problem) => Problems(Root + "relations:\n" + relation + "\n").ShouldBe(["item.yaml" + problem]);

    [Fact]
    public void TopicFollowedTwiceSideBySide_IsAllowed() =>
        Samples.Load(Head + Root + "relations: { a: { from: rows, key: id, match: a, embed: a }, b: { from: rows, key: id, match: b, embed: b } }\n");

    [Theory]
    [InlineData("  a: { from: as, key: id, match: aId, set: { bId: b } }\n  b: { from: bs, key: id, match: bId, embed: b }", "(6,34): relations.b.match: match reads the document as it came, without what relations write: found 'bId', written by relation 'a', allowed: a field that no other relation writes, or relation 'b' nested in 'a'.")]
    [InlineData("  b: { from: bs, key: id, match: { template: \"{a.id}/{x}\" }, embed: b }\n  a: { from: as, key: id, match: aId, embed: a }", "(5,34): relations.b.match: match reads the document as it came, without what relations write: found 'a.id', written by relation 'a', allowed: a field that no other relation writes, or relation 'b' nested in 'a'.")]
    [InlineData("  r: { from: rows, key: id, match: rId, embed: r, relations: { a: { from: as, key: id, match: aId, set: { bId: b } }, b: { from: bs, key: id, match: bId, embed: b } } }", "(5,150): relations.r.relations.b.match: match reads the document as it came, without what relations write: found 'bId', written by relation 'a', allowed: a field that no other relation writes, or relation 'b' nested in 'a'.")]
    [InlineData("  r: { from: rows, key: [x, id], match: [x, rId], embed: r, relations: { a: { from: as, key: id, match: aId, set: { id: b } } } }", "(5,117): relations.r.relations.a.set.id: a field is written twice: found 'id', taken by the key of relation 'r', allowed: a field that nothing else writes.")]
    public void FieldThatAnotherRelationWrites_IsReported(string relations, string problem) => Problems(Root + "relations:\n" + relations + "\n").ShouldBe(["item.yaml" + problem]);

    [Fact]
    public void RelationThatReplacesItsOwnMatch_IsAllowed() =>
        Samples.Load(Head + Root + "relations: { product: { from: products, key: id, match: product, embed: product } }\n");

    [Theory]
    [InlineData("emit: { when: on-change }", "(3,15): emit.when: an event of a stream is emitted as it comes, nothing is kept of the one before it: found on-change with root.kind stream, allowed: always, or root.kind table.")]
    [InlineData("emit: { once: true }", "(3,15): emit.once: an event of a stream is emitted as it comes, nothing is kept of the one before it: found true with root.kind stream, allowed: false, or root.kind table.")]
    public void StreamThatWouldHaveToRemember_IsReported(string emit, string problem) =>
        Problems(emit + "\nroot: { topic: roots, kind: stream }\nrelations: { r: { from: rows, key: a, match: a, embed: r } }\n").ShouldBe(["item.yaml" + problem]);

    [Fact]
    public void CompletenessOfANestedRelation_IsReported() =>
        Problems(Root + "emit: { complete: n }\nrelations: { r: { from: rows, key: a, match: a, embed: r, relations: { n: { from: ns, key: id, match: n, embed: n } } } }\n").ShouldBe(["item.yaml(4,19): emit.complete: a nested relation, and only the root's can be waited for: found 'n', allowed: r. Did you mean 'r'?"]);

    [Fact]
    public void CompletenessOfALookup_IsAllowed() =>
        Samples.Load(Head + Root + "emit: { complete: r }\nrelations: { r: { from: rows, key: a, match: a, embed: r, strategy: lookup } }\n").Emit.Complete.ShouldBe(["r"]);

    [Fact]
    public void NestedRelationAndSiblingWithOneInternalTopic_AreReported() =>
        Problems(Root + "relations:\n  a: { from: as, key: id, match: a, embed: a, relations: { b: { from: bs, key: id, match: b, embed: b, strategy: shuffle } } }\n  a-b: { from: cs, key: id, match: c, embed: c, strategy: shuffle }\n")
            .ShouldBe(["item.yaml(6,8): relations.a-b: two relations have an internal topic of the same name: found 'e-a-b-rows', also of relation 'a.b', allowed: another name for one of the relations."]);

    private static string[] Problems(string yaml) => Samples.Problems(Head + yaml);
}
