using System.Text;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;

namespace EntitySync.Tests.DynamoDb;

public sealed class AttributeJsonTests
{
    [Fact]
    public void EveryType_BecomesCanonicalJson()
    {
        var item = new Dictionary<string, AttributeValue>
        {
            ["b"] = new() { S = "é😀\"<\u0001" },
            ["a"] = new() { N = "1.50" },
            ["B"] = new() { BOOL = false },
            ["_version"] = new() { N = "7" },
            ["nothing"] = new() { NULL = true },
            ["list"] = new() { L = [new() { N = "2" }, new() { S = "" }, new() { L = [] }] },
            ["map"] = new() { M = new() { ["z"] = new() { BOOL = true }, ["Z"] = new() { N = "-0.1" }, ["e"] = new() { M = [] } } },
            ["words"] = new() { SS = ["b", "a", "B"] },
            ["numbers"] = new() { NS = ["10", "9"] },
        };
        var json = Encoding.UTF8.GetString(AttributeJson.ToJson(item));
        json.ShouldBe(
            """{"B":false,"a":1.50,"b":"é""" + Emoji + """\"<\u0001","list":[2,"",[]],"map":{"Z":-0.1,"e":{},"z":true},"nothing":null,"numbers":[10,9],"words":["B","a","b"]}""");
        Encoding.UTF8.GetString(AttributeJson.ToJson(item, 8)).ShouldBe(json.Replace("\"a\":", "\"_version\":8,\"a\":", StringComparison.Ordinal));
    }

    [Fact]
    public void OrderOfAttributesAndSetElements_DoesNotMatter()
    {
        Dictionary<string, AttributeValue> one = new() { ["a"] = new() { N = "1" }, ["s"] = new() { SS = ["x", "y"] } };
        Dictionary<string, AttributeValue> other = new() { ["s"] = new() { SS = ["y", "x"] }, ["a"] = new() { N = "1" } };
        AttributeJson.ToJson(one).ShouldBe(AttributeJson.ToJson(other));
    }

    [Fact]
    public void Binary_BecomesBase64Text_SetsSorted()
    {
        var item = new Dictionary<string, AttributeValue>
        {
            ["b"] = new() { B = new MemoryStream([0xFB, 0xFF, 1]) },
            ["empty"] = new() { B = new MemoryStream() },
            ["l"] = new() { L = [new() { M = new() { ["x"] = new() { B = new MemoryStream([1]) } } }] },
            ["s"] = new() { BS = [new MemoryStream([2]), new MemoryStream([1])] },
        };
        Encoding.UTF8.GetString(AttributeJson.ToJson(item)).ShouldBe("""{"b":"+/8B","empty":"","l":[{"x":"AQ=="}],"s":["AQ==","Ag=="]}""");
    }

    [Fact]
    public void WhatJsonCannotExpress_IsRefusedWithItsPlace()
    {
        Message(new()).ShouldBe("attribute 'row' is of no known type");
        Message(new() { L = [new() { NULL = true }, new() { M = new() { ["x"] = new() } }] }).ShouldBe("attribute 'row[1].x' is of no known type");
        Message(new() { N = "five" }).ShouldBe("attribute 'row' is a number that JSON cannot express");
    }

    private const string Emoji = "\\uD83D\\uDE00";

    private static string Message(AttributeValue value) => Should.Throw<AttributeJsonException>(() => AttributeJson.ToJson(new Dictionary<string, AttributeValue> { ["row"] = value })).Message;
}
