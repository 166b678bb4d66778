using System.Text;
using EntitySync.Core.Joins.Debezium;

namespace EntitySync.Tests.Joins.Debezium;

public sealed class DebeziumKeyTests
{
    private readonly DebeziumKey _key = new();

    [Theory]
    [InlineData("""{"id":1}""", "1")]
    [InlineData("""{"id":"A 1"}""", "A 1")]
    [InlineData("""{"id":"\u00e9\"x"}""", "é\"x")]
    [InlineData("""{"id":""}""", "")]
    [InlineData("""{"id":true}""", "true")]
    [InlineData("""{"id":{"scale":2,"value":"BPY="}}""", """{"scale":2,"value":"BPY="}""")] // a decimal without scale
    [InlineData(""" { "schema" : {"type":"struct","name":"payload"} , "payload" : { "id" : 10.50 } } """, "10.50")]
    [InlineData("""{"schema":null,"payload":{"id":1}}""", "1")]
    [InlineData("""{"schema":{"type":"int32"},"payload":5}""", "5")]
    [InlineData("""{"schema":{"type":"string"},"payload":"x"}""", "x")]
    [InlineData("5", "5")]
    [InlineData("\"x\"", "x")]
    [InlineData("""{"schema":"public","payload":"x"}""", """["public","x"]""")] // columns of these names
    [InlineData("""{"user":"ann","repo":7}""", """["ann",7]""")]
    [InlineData("""{"schema":{},"payload":{ "user" : "a\u00e9\"", "n" : null, "d":{"scale":0} }}""", """["a\u00e9\"",null,{"scale":0}]""")]
    public void KeyOfEachShape_GivesTheRowsOwnKey(string key, string expected)
    {
        Read(key).ShouldBe(expected);
        Read("""{"long":"something else in between"}""").ShouldBe("something else in between");
        Read(key).ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "is not JSON: ''")]
    [InlineData("Struct{id=1}", "is not JSON: 'Struct{id=1}'")]
    [InlineData("""{"id":1} x""", "is not JSON: '{\"id\":1} x'")]
    [InlineData("""{"schema":{},"payload":{"id":1}} x""", "is not JSON: '{\"schema\":{},\"payload\":{\"id\":1}} x'")]
    [InlineData("{}", "has no fields")]
    [InlineData("null", "is null")]
    [InlineData("""{"id":null}""", "is null")]
    [InlineData("""{"schema":null,"payload":null}""", "is null")]
    [InlineData("[1]", "is an array; an object with the columns of the primary key is expected")]
    [InlineData("""{"id":"\ud800"}""", "has half a surrogate pair in its text")]
    public void WhatCannotBeRead_IsSaid(string key, string problem) => Read(key).ShouldBe("! the key of the change event " + problem);

    [Fact]
    public void KeyThatIsNotUtf8_IsSaid() => _key.Read([0x22, 0xff, 0x22], out _).ShouldBe("the key of the change event is not UTF-8");

    private string Read(string key) => _key.Read(Encoding.UTF8.GetBytes(key), out var text) is { } problem ? "! " + problem : Encoding.UTF8.GetString(text.Span);
}
