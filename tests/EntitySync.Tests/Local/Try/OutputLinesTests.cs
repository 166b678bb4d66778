using System.Text;
using EntitySync.Core.State;
using EntitySync.Local.Samples;
using EntitySync.Local.Try;
using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.Try;

public sealed class OutputLinesTests
{
    [Theory]
    [InlineData("a", """{"b":1.50,"é":"\u00e9"}""", """{"$key":"a","$value":{"b":1.50,"é":"\u00e9"}}""")]
    [InlineData("""["é","\""]""", "{}", """{"$key":"[\"é\",\"\\\"\"]","$value":{}}""")]
    [InlineData("a", null, """{"$key":"a","$value":null}""")]
    [InlineData(null, "{}", """{"$key":null,"$value":{}}""")]
    [InlineData("a", "{\n  \"b\": 1.50\r\n}", """{"$key":"a","$value":{"b":1.50}}""")]
    public void Record_IsALine(string? key, string? value, string line) => Written((key, value)).ShouldBe(line + "\n");

    [Fact]
    public void ManyLines_AreReadBackAsSampleRecords()
    {
        var records = Enumerable.Range(0, 3000).Select(number => (Key: (string?)$"k{number}", Value: (string?)$$"""{"n":{{number}},"text":"{{new string('x', number % 100)}}"}""")).ToArray();
        using var folder = new CommandFolder();
        var file = folder.Write("lines.ndjson", Written(records));

        SampleFile.Read(file, SampleKeys.None).Select(record => ((string?)Text(record.Key), (string?)Text(record.Value))).ShouldBe(records);
    }

    private static string Written(params (string? Key, string? Value)[] records)
    {
        using var output = new StringWriter();
        var lines = new OutputLines(output);
        foreach (var (key, value) in records) lines.Write(Bytes(key), Bytes(value));
        lines.Flush();
        return output.ToString();
    }

    private static ReadOnlyMemory<byte>? Bytes(string? text) => OptionalBytes.From(text is null ? null : Encoding.UTF8.GetBytes(text));

    private static string Text(ReadOnlyMemory<byte>? bytes) => Encoding.UTF8.GetString(bytes!.Value.Span);
}
