using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters.DynamoDb;

namespace EntitySync.Tests.DynamoDb;

public sealed class JsonAttributesTests
{
    [Fact]
    public void EveryType_GoesThereAndBack()
    {
        const string json = """{"a":[1,-2.5e-3,[],{}],"b":{"c":null,"d":true,"e":""},"f":"x\ny","g":false,"h":12345678901234567890123456789012345678}""";
        var (item, error) = JsonAttributes.Read(Encoding.UTF8.GetBytes(json));
        error.ShouldBeNull();
        Encoding.UTF8.GetString(AttributeJson.ToJson(item!)).ShouldBe(json);
    }

    [Fact]
    public void RandomDocuments_GoThereAndBack()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var document = RandomObject(new Random(seed), 0);
            var (item, error) = JsonAttributes.Read(Encoding.UTF8.GetBytes(document.ToJsonString()));
            error.ShouldBeNull($"seed {seed}");
            JsonNode.DeepEquals(JsonNode.Parse(AttributeJson.ToJson(item!)), document).ShouldBeTrue($"seed {seed}: {document.ToJsonString()}");
        }
    }

    [Theory]
    [InlineData("""{"a":{"b":[1,123456789012345678901234567890123456789]}}""", "Field 'a.b[1]' has 39 significant digits; DynamoDB keeps at most 38. Send it as text if it must be exact.")]
    [InlineData("""{"a":1E126}""", "Field 'a' is outside of DynamoDB's range of numbers (1E-130 to 9.99E+125).")]
    [InlineData("""{"a":1,"\u0061":2}""", "Field 'a' occurs twice.")]
    [InlineData("""{"a":{"x":1,"x":1}}""", "Field 'a.x' occurs twice.")]
    [InlineData("""{"a":{"":1}}""", "A field below 'a' has an empty name, which DynamoDB does not allow.")]
    [InlineData("""{"a":"\udc00"}""", "The row holds text that is not valid Unicode.")]
    [InlineData("""[{}]""", "The row must be one JSON object.")]
    [InlineData("""{"a":}""", "The row is not valid JSON (or deeper than 32 levels) at line 1, byte 6.")]
    public void WhatDynamoDbWouldChangeOrReject_IsRefused(string json, string error) => JsonAttributes.Read(Encoding.UTF8.GetBytes(json)).ShouldBe(new JsonAttributesResult(null, error));

    [Fact]
    public void BytesThatAreNotUtf8_AreRefused() =>
        JsonAttributes.Read([.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]).Error.ShouldBe("The row holds text that is not valid Unicode.");

    [Theory]
    [InlineData("0", true)]
    [InlineData("-0.000e999999999999999", true)]
    [InlineData("99999999999999999999999999999999999999", true)]
    [InlineData("100000000000000000000000000000000000000000000000000", true)]
    [InlineData("0.00000000000000000000000000000000000000000000000001", true)]
    [InlineData("1.00000000000000000000000000000000000000000000000000", true)]
    [InlineData("9.99e125", true)]
    [InlineData("-9.99E+125", true)]
    [InlineData("1e-130", true)]
    [InlineData("0.001e-127", true)]
    [InlineData("999999999999999999999999999999999999999", false)]
    [InlineData("1.00000000000000000000000000000000000001", false)]
    [InlineData("10e125", false)]
    [InlineData("0.01e-129", false)]
    [InlineData("1e99999999999999999999", false)]
    [InlineData("1e-99999999999999999999", false)]
    public void Number_IsKeptWholeOrRefused(string number, bool kept) => (DynamoDbNumber.Error(number) is null).ShouldBe(kept);

    [Fact]
    public void Size_IsCountedAsDynamoDbCounts()
    {
        var item = JsonAttributes.Read("""{"é":"ab","n":12345,"m":{"a":null},"l":["x",true]}"""u8).Item!;
        ItemSize.Of(item).ShouldBe((2 + 2) + (1 + 4) + (1 + 3 + 1 + 1 + 1) + (1 + 3 + 2 + 1 + 1));
    }

    private static JsonObject RandomObject(Random random, int depth)
    {
        var result = new JsonObject();
        for (var count = random.Next(5); count > 0; count--) result["k" + random.Next(1000)] = RandomValue(random, depth + 1);
        return result;
    }

    private static JsonNode? RandomValue(Random random, int depth) => random.Next(depth > 6 ? 5 : 7) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-1000, 1000),
        3 => Math.Round((decimal)random.NextDouble(), random.Next(1, 10)) + 1,
        4 => string.Concat(random.GetItems(["a", "é", "\"", "\\", "😀", "\n", "\u2028", ""], random.Next(6))),
        5 => RandomObject(random, depth),
        _ => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, depth + 1))]),
    };
}
