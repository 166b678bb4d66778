using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Local.Samples;
using EntitySync.Testing;

namespace EntitySync.Tests.Local.Samples;

public sealed class SampleFileTests : IDisposable
{
    private static readonly RelationDefinition Relation = SampleDefinitions.Item().Relations[0];
    private static readonly SampleKeys Sku = SampleKeys.OfRoot(SampleDefinitions.Item());

    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Lines_AreValuesWithTheirKeyOrRecordsAsTheyAre()
    {
        Read(
            """
            {"sku":"a","price":1.50}

              {"sku":17}
            {"$key":"b","$value":{"x":1.0}}
            {"$value":null,"$key":{"id":  1}}
            {"$key":null,"$value":[1]}
            {"$key":12.0,"$value":"text"}
            {"$key":"c","$value":1,"sku":"d"}
            """).ShouldBe(
        [
            """1 a={"sku":"a","price":1.50}""",
            """3 17={"sku":17}""",
            """4 b={"x":1.0}""",
            """5 {"id":  1}=tombstone""",
            """6 none=[1]""",
            """7 12.0="text" """.TrimEnd(),
            """8 d={"$key":"c","$value":1,"sku":"d"}""",
        ]);
    }

    [Theory]
    [InlineData("{\"sku\":\"a\"}\n{\"sku\":", "(2): not JSON")]
    [InlineData("{\"sku\":\"a\"}\n\n{\"sk\":\"a\"}", "(3): the document has no value at 'sku' for its key; write the line as {\"$key\":...,\"$value\":...}")]
    [InlineData("{\"sku\":null}", "(1): the document has no value at 'sku'")]
    [InlineData("[1]", "(1): the document has no value at 'sku'")]
    [InlineData("{\"sku\":\"\\ud800\"}", "(1): ")]
    public void UnusableLine_IsNamed(string text, string problem) =>
        Should.Throw<InvalidDataException>(() => Read(text)).Message.ShouldStartWith(_file + problem);

    [Fact]
    public void BytesThatAreNotUtf8_AreNamed()
    {
        File.WriteAllBytes(_file, [.. "{\"sku\":\"a\"}\n{\"sku\":\""u8, 0xFF, .. "\"}"u8]);
        Should.Throw<InvalidDataException>(() => SampleFile.Read(_file, Sku).ToList()).Message.ShouldBe(_file + "(2): not UTF-8");
    }

    [Fact]
    public void LineLongerThanARecord_IsNamed()
    {
        using (var writer = File.Create(_file))
        {
            writer.Write("{\"sku\":\"a\"}\n\""u8);
            var part = new byte[1024 * 1024];
            Array.Fill(part, (byte)'x');
            for (var count = 0; count < 9; count++) writer.Write(part);
        }

        Should.Throw<InvalidDataException>(() => SampleFile.Read(_file, Sku).ToList()).Message.ShouldBe(_file + "(2): longer than 8388608 bytes, the most that a record may have");
    }

    [Fact]
    public void MissingFile_IsNamed() => Should.Throw<InvalidDataException>(() => SampleFile.Read(_file, Sku).ToList()).Message.ShouldStartWith(_file + " cannot be read: ");

    [Fact]
    public void ByteOrderMark_IsPassedOver()
    {
        File.WriteAllBytes(_file, [0xEF, 0xBB, 0xBF, .. "{\"sku\":\"a\"}\r\n"u8]);
        SampleFile.Read(_file, Sku).Select(Text).ShouldBe(["""1 a={"sku":"a"}"""]);
    }

    [Fact]
    public void CompositeAndComputedKeys_AreMadeOfTheirColumns()
    {
        var template = KeyColumn.TryParseTemplate("{owner}/{name}", LetterCase.Lower)!;
        var composite = KeyDefinition.Of(SampleDefinitions.Path("owner"), SampleDefinitions.Path("at.name"));

        KeyOf(new KeyDefinition([template]), """{"owner":"Acme","name":"LIB"}""").ShouldBe("acme/lib");
        KeyOf(composite, """{"owner":"a\"\\\n\u0001é","at":{"name":7}}""").ShouldBe("""["a\"\\\n\u0001é","7"]""");
        Should.Throw<InvalidDataException>(() => KeyOf(composite, """{"owner":"a","at":{}}""")).Message.ShouldContain("no value at '[owner, at.name]'");
    }

    [Fact]
    public void JoinColumnThatComesTwice_IsNoKeyOfAListsRows()
    {
        const string text = "{\"name\":\"a\"}\n{\"name\":\"a\"}";
        Read(text, SampleKeys.OfRelation(Relation)).Count.ShouldBe(2);
        Should.Throw<InvalidDataException>(() => Read(text, SampleKeys.OfRelation(Relation with { Many = true }))).Message.ShouldContain("(2): 'a' at 'name' comes twice, so it is not the row's own key");
    }

    [Fact]
    public void ChangeEvents_MustBringTheirKeys()
    {
        var keys = SampleKeys.OfRelation(Relation with { Format = DocumentFormat.Debezium });
        Read("""{"$key":{"id":1},"$value":{"op":"c"}}""", keys).ShouldBe(["""1 {"id":1}={"op":"c"}"""]);
        Should.Throw<InvalidDataException>(() => Read("""{"op":"c"}""", keys)).Message.ShouldContain("a change event does not hold its record key");
    }

    private static string Text(SampleRecord record) =>
        $"{record.Line} {(record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "none")}={(record.Value is { } value ? Encoding.UTF8.GetString(value.Span) : "tombstone")}";

    private string KeyOf(KeyDefinition key, string json)
    {
        File.WriteAllText(_file, json);
        var definition = SampleDefinitions.Item();
        return Encoding.UTF8.GetString(SampleFile.Read(_file, SampleKeys.OfRoot(definition with { Root = definition.Root with { Key = key } })).Single().Key!.Value.Span);
    }

    private List<string> Read(string text, SampleKeys? keys = null)
    {
        File.WriteAllText(_file, text);
        return [.. SampleFile.Read(_file, keys ?? Sku).Select(Text)];
    }
}
