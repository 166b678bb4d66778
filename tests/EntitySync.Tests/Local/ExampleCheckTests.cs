using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;
using EntitySync.Local.Samples;
using EntitySync.Testing;

namespace EntitySync.Tests.Local;

public sealed class ExampleCheckTests
{
    private static readonly EntityDefinition Table = SampleDefinitions.Item();
    private static readonly EntityDefinition Stream = Table with { Root = Table.Root with { Kind = RootKind.Stream } };

    [Fact]
    public void Table_ComparesTheLastOutputOfEachKey()
    {
        Compare(Table, [("a", """{"x":1,"y":2}"""), ("b", null)], ("a", """{"x":0}"""), ("c", """{"x":1}"""), ("a", """{"y":2,"x":1.0}"""), ("c", null)).ShouldBe(
            [(true, "2 checked"), (true, "4 checked"), (true, "0 in item-dead-letters")]);
        Compare(Table, [("a", """{"x":1}"""), ("b", null)], ("a", """{"x":1}"""), ("a", """{"x":2}"""), ("b", "{}"), ("c", "{}")).ShouldBe(
        [
            (false, """2 wrong, e.g. a: expected {"x":1}, found {"x":2}; b: expected nothing, found {}"""),
            (false, "1 wrong, e.g. c: {}"),
            (true, "0 in item-dead-letters"),
        ]);
    }

    [Fact]
    public void Stream_ComparesEveryOutputInAnyOrder()
    {
        Compare(Stream, [("a", "{}"), ("", """{"x":1}"""), ("a", "{}")], ("", """{"x":1}"""), ("a", "{}"), ("a", "{}")).ShouldBe(
            [(true, "3 checked"), (true, "3 checked"), (true, "0 in item-dead-letters")]);
        Compare(Stream, [("a", "{}"), ("a", "{}")], ("a", "{}"), ("b", "{}")).ShouldBe(
        [
            (false, "1 wrong, e.g. line 2, key 'a': expected {}"),
            (false, "1 wrong, e.g. key 'b': {}"),
            (true, "0 in item-dead-letters"),
        ]);
    }

    [Fact]
    public void Once_IsOnceBetweenTombstones()
    {
        var once = Table with { Emit = Table.Emit with { Once = true } };
        Compare(once, [("a", "{}"), ("b", "{}")], ("a", "{}"), ("b", "{}"), ("a", null), ("a", "{}"))[2].ShouldBe((true, "4 checked"));
        Compare(once, [("a", "{}"), ("b", "{}")], ("a", "{}"), ("b", "{}"), ("a", "{}"))[2].ShouldBe((false, "1 wrong, e.g. a"));
    }

    [Fact]
    public void DeadLetters_AreCounted() =>
        DeadLetters([], "{}", "x").ShouldBe(new CheckResult("no dead letters", false, "2 in item-dead-letters"));

    [Fact]
    public void ExpectedDeadLetters_AreComparedByValueInAnyOrder()
    {
        DeadLetters(["""{"x":1}""", "{}"], "{}", """{"x":1.0}""").ShouldBe(new CheckResult("dead letters as expected", true, "2 checked"));
        DeadLetters(["""{"x":1}""", "{}"], "{}", "no JSON").ShouldBe(
            new CheckResult("dead letters as expected", false, """2 wrong, e.g. line 1, key '': expected {"x":1}; unexpected key '': no JSON"""));
    }

    private static CheckResult DeadLetters(string[] expected, params string[] found) =>
        new ExampleCheck(Table, [], Records([.. expected.Select(value => ("", (string?)value))])).Compare([], [.. found.Select(value => new SeenRecord("any", Bytes(value), null))])[^1];

    private static List<(bool Passed, string Found)> Compare(EntityDefinition definition, (string Key, string? Value)[] expected, params (string Key, string? Value)[] outputs)
    {
        var check = new ExampleCheck(definition, Records(expected), []);
        return [.. check.Compare([.. outputs.Select(output => new SeenRecord(output.Key, Bytes(output.Value), null))], []).Select(result => (result.Passed, result.Found))];
    }

    private static List<SampleRecord> Records((string Key, string? Value)[] records) =>
        [.. records.Select((record, index) => new SampleRecord(Encoding.UTF8.GetBytes(record.Key), Core.State.OptionalBytes.From(Bytes(record.Value)), index + 1))];

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
