using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Files that are not YAML, or use what definitions do not support.</summary>
public sealed class YamlMistakeTests
{
    private const string EmptyFile = "item.yaml(1,1): found an empty file, allowed: a definition (see README.md beside the definitions).";

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a comment\n")]
    public void EmptyFile_IsReported(string yaml) => Samples.Problems(yaml).ShouldBe([EmptyFile]);

    [Theory]
    [InlineData("---\n", "item.yaml(1,2): found nothing, allowed: a map with kind, entity, root, relations, emit, output, hook, replay, partitions, topicSettings.")]
    [InlineData("item", "item.yaml(1,1): found 'item', allowed: a map with kind, entity, root, relations, emit, output, hook, replay, partitions, topicSettings.")]
    [InlineData("- item\n", "item.yaml(1,1): found a list, allowed: a map with kind, entity, root, relations, emit, output, hook, replay, partitions, topicSettings.")]
    public void DocumentThatIsNoMap_IsReported(string yaml, string problem) => Samples.Problems(yaml).ShouldBe([problem]);

    [Theory]
    [InlineData("  topic: items\n", "  topic: [items\n", 4)]
    [InlineData("  topic: items\n", "  topic: \"items\n", 3)]
    [InlineData("  topic: items\n", "  topic: items: other\n", 3)]
    [InlineData("  topic: items\n", " topic: items\n", 4)]
    [InlineData("  topic: items\n", "  topic: @items\n", 3)]
    [InlineData("  topic: items\n", "  topic: items }\n  }\n", 4)]
    public void SyntaxError_IsReportedWithItsLine(string part, string other, int line)
    {
        var problem = DefinitionLoader.LoadText(Samples.Item.With(part, other), "item.yaml").Problems.ShouldHaveSingleItem();

        (problem.Message, problem.Line).ShouldBe(("not YAML", line), problem.ToString());
        problem.Allowed.ShouldStartWith("YAML 1.2; the parser says: ");
    }

    [Theory]
    [InlineData("  topic: items\n", "\ttopic: items\n", "(3,1)")]
    [InlineData("  key: sku\n", "\tkey: sku\n", "(4,1)")]
    [InlineData("    from: delivery", "  \tfrom: delivery", "(9,3)")]
    [InlineData("emit:\n", "\temit:\n", "(21,1)")]
    public void TabInTheIndentation_IsNamed(string part, string other, string position) =>
        Samples.Problems(Samples.Item.With(part, other)).ShouldBe([$"item.yaml{position}: not YAML: found a tab in the indentation, allowed: spaces."]);

    [Fact]
    public void SeveralDocuments_AreReportedBesideOtherMistakes() =>
        Samples.Problems(Samples.Item.With("once: false", "once: 1") + "---\nentity: other\n").ShouldBe(
        [
            "item.yaml(23,9): emit.once: found '1', allowed: true, false.",
            "item.yaml(36,1): several documents in one file: found a second '---', allowed: one definition a file.",
        ]);

    [Fact]
    public void DuplicateKeys_AreReportedEach() =>
        Samples.Problems(Samples.Item.With("  topic: items\n", "  topic: items\n  topic: items\n  topic: others\n")).ShouldBe(
        [
            "item.yaml(4,3): root.topic: duplicate key: found 'topic' again, allowed: each key once (first in line 3).",
            "item.yaml(5,3): root.topic: duplicate key: found 'topic' again, allowed: each key once (first in line 3).",
        ]);

    [Fact]
    public void AnchorsAliasesAndMergeKeys_AreRefused() =>
        Samples.Problems(Samples.Item.With("  topic: items\n", "  topic: &t items\n").With("topic: items-merged", "topic: *t\n  <<: *t")).ShouldBe(
        [
            "item.yaml(3,10): root.topic: anchors and aliases are not supported: found '&t', allowed: the value without an anchor.",
            "item.yaml(25,10): output.topic: anchors and aliases are not supported: found '*t', allowed: the value written out.",
            "item.yaml(26,3): output.<<: unknown key: found '<<', allowed: topic.",
            "item.yaml(26,7): output.<<: anchors and aliases are not supported: found '*t', allowed: the value written out.",
        ]);

    /// <summary>Ten levels of ten aliases would be 10^10 values.</summary>
    [Fact]
    public void AliasesOfAliases_AreRefusedWithoutExpansion()
    {
        var levels = Enumerable.Range(1, 10).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");

        var problems = DefinitionLoader.LoadText("a0: &a0 x\n" + string.Concat(levels), "item.yaml").Problems;

        problems.Count(problem => problem.Message == "anchors and aliases are not supported").ShouldBe(10 * 10 + 11);
    }

    [Fact]
    public void AliasInItself_IsRefused() =>
        DefinitionLoader.LoadText("root: &r { topic: *r }", "item.yaml").Problems.ShouldContain(problem => problem.Path == "root.topic" && problem.Found == "'*r'");

    [Fact]
    public void Tags_AreRefused() =>
        Samples.Problems(Samples.Item.With("  topic: items\n", "  topic: !!str items\n")).ShouldBe(
            ["item.yaml(3,10): root.topic: tags are not supported: found 'tag:yaml.org,2002:str', allowed: the value without a tag (quote it when it is text)."]);

    [Fact]
    public void KeyThatIsNoScalar_IsReported() =>
        Samples.Problems(Samples.Item.With("emit:\n", "? [a, b]\n: c\nemit:\n")).ShouldBe(["item.yaml(21,3): a key must be text: found a list, allowed: a name."]);

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{ a: ", "}")]
    [InlineData("[", "")]
    [InlineData("- ", "")]
    public void DeepNesting_IsRefusedAtTheLimit(string open, string close)
    {
        var yaml = "entity:\n  " + string.Concat(Enumerable.Repeat(open, 40_000)) + string.Concat(Enumerable.Repeat(close, 40_000));

        DefinitionLoader.LoadText(yaml, "item.yaml").Problems.ShouldHaveSingleItem().ToString().ShouldContain("found more than 32 levels of nesting, allowed: at most 32.");
    }

    [Theory]
    [InlineData("\0", "U+0000")]
    [InlineData("\r", "U+000D")]
    [InlineData("\u001b", "U+001B")]
    [InlineData("\u0085", "U+0085")]
    [InlineData("\u2028", "U+2028")]
    public void ControlCharacter_IsRefusedSinceTheRestCouldBeLost(string character, string name) =>
        Samples.Problems(Samples.Item.With("  topic: items\n", $"  topic: items{character}x\n")).ShouldBe(
            [$"item.yaml(3,15): not YAML: found character {name}, allowed: printable text (in double quotes written as an escape)."]);

    [Fact]
    public void HalfOfASurrogatePair_IsRefusedAsCharacterAndAsEscape()
    {
        Samples.Problems(Samples.Item.With("minimumDeliveryTime: null", "minimumDeliveryTime: x" + (char)0xD800)).ShouldBe(
            ["item.yaml(19,30): relations.deliveryClass.missing.set.minimumDeliveryTime: not valid Unicode: found half of a surrogate pair, allowed: whole characters."]);
        Samples.Problems(Samples.Item.With("minimumDeliveryTime: null", "minimumDeliveryTime: \"\\ud800\"")).ShouldHaveSingleItem().ShouldStartWith("item.yaml(19,30): not YAML: ");
    }

    [Fact]
    public void LongOrControlText_IsShownOnOneShortLine()
    {
        var problem = Samples.Problems(Samples.Item.With("strategy: lookup", $"strategy: \"a\\nb\\u001b{new string('x', 1000)}\"")).ShouldHaveSingleItem();

        problem.ShouldBe($"item.yaml(20,15): relations.deliveryClass.strategy: found 'a\u00b7b\u00b7{new string('x', 56)}...', allowed: lookup, broadcast, shuffle.");
    }
}
