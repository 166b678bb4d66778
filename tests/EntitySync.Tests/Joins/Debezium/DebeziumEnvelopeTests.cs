using System.Text;
using EntitySync.Core.Joins.Debezium;

namespace EntitySync.Tests.Joins.Debezium;

public sealed class DebeziumEnvelopeTests
{
    private const string Row = """{"id":7,"name":"fast é","price":"BPY=","at":1730000000123456}""";

    public static TheoryData<string, bool> Writers => ChangeEvents.Writers;

    [Theory]
    [MemberData(nameof(Writers))]
    public void EnvelopesOfBothConnectors_AreRead(string connector, bool hasSchema)
    {
        var events = new ChangeEvents(connector, hasSchema);
        Read(events.Insert(Row)).ShouldBe($"Upsert {Row}");
        Read(events.Snapshot(Row)).ShouldBe($"Upsert {Row}");
        Read(events.Update(Row)).ShouldBe($"Upsert {Row}");
        Read(events.Update(Row, before: """{"id":7,"name":"slow"}""")).ShouldBe($"Upsert {Row}");
        Read(events.Delete(Row)).ShouldBe("Delete");
        Read(events.Delete("null")).ShouldBe("Delete");
        Read(events.Truncate()).ShouldBe("Truncate");
        Read(events.Heartbeat()).ShouldBe("Ignore");
        Read(events.Flat("""{"id":7}""", isDeleted: false)).ShouldBe("""Upsert {"id":7,"__deleted":"false"}""");
        Read(events.Flat("""{"id":7}""", isDeleted: true)).ShouldBe("Delete");
    }

    [Theory]
    [InlineData("""{"id":1}""", """Upsert {"id":1}""")] // flat
    [InlineData(""" { "schema" : null , "payload" : { "id" : 1 } } """, """Upsert { "id" : 1 }""")]
    [InlineData("""{"payload":{"op":"c","after":{"id":1}},"schema":{}}""", """Upsert {"id":1}""")]
    [InlineData("""{"schema":null,"payload":null}""", "Delete")]
    [InlineData("""{"id":1,"schema":"public","payload":{"op":"d","before":null}}""", """Upsert {"id":1,"schema":"public","payload":{"op":"d","before":null}}""")] // a row with such columns
    [InlineData("""{"id":1,"op":"d","source":"shop"}""", """Upsert {"id":1,"op":"d","source":"shop"}""")]
    [InlineData("""{"id":1,"ts_ms":5}""", """Upsert {"id":1,"ts_ms":5}""")]
    [InlineData("""{"id":1,"status":"BEGIN","event_count":1}""", """Upsert {"id":1,"status":"BEGIN","event_count":1}""")]
    [InlineData("""{"id":1,"__deleted":true}""", "Delete")]
    [InlineData("""{"op":"c","after":{"after":{"op":"d"}}}""", """Upsert {"after":{"op":"d"}}""")]
    [InlineData("""{"status":"BEGIN","id":"571:24023","ts_ms":1730000000000,"event_count":null,"data_collections":null}""", "Ignore")]
    [InlineData("""{"status":"END","id":"571","event_count":1,"data_collections":[{"data_collection":"public.classes","event_count":1}]}""", "Ignore")]
    [InlineData("""{"source":{"connector":"mysql"},"ts_ms":1,"databaseName":"shop","schemaName":null,"ddl":"CREATE TABLE classes (id INT)","tableChanges":[]}""", "Ignore")]
    [InlineData("""{"op":"m","source":{"connector":"postgresql"},"message":{"prefix":"p","content":"AQ=="}}""", "Ignore")]
    public void MessagesOfOtherShapes_AreToldApart(string value, string expected) => Read(value).ShouldBe(expected);

    [Theory]
    [InlineData("", "is not JSON: line 1, byte 1")]
    [InlineData("""{"op":"c","after":{"id":1}""", "is not JSON: line 1, byte 27")]
    [InlineData("""{"op":"c","after":{"id":1}} x""", "is not JSON: line 1, byte 29")]
    [InlineData("null", "is null, not an object")]
    [InlineData("""[{"op":"c"}]""", "is an array, not an object")]
    [InlineData("""{"schema":null,"payload":7}""", "has a 'payload' that is a number, not an object")]
    [InlineData("""{"op":"c","before":null,"after":null}""", "has op 'c' and an 'after' that is null; the row is expected there")]
    [InlineData("""{"op":"u","source":{}}""", "has op 'u' and no 'after'; the row is expected there")]
    [InlineData("""{"op":"r","after":[1]}""", "has op 'r' and an 'after' that is an array; the row is expected there")]
    [InlineData("""{"op":"c","after":"{\"_id\":{\"$oid\":\"5f\"}}","source":{"connector":"mongodb"}}""", "has a text as 'after', as the MongoDB connector writes documents; only rows of relational databases can be read")]
    [InlineData("""{"op":"x","after":{"id":1}}""", "has an 'op' other than c, u, d, r, t and m")]
    [InlineData("""{"op":null,"after":{"id":1}}""", "has an 'op' other than c, u, d, r, t and m")]
    [InlineData("""{"source":{},"after":{"id":1}}""", "has no 'op'")]
    [InlineData("""{"op":"c","after":{"id":1},"after":{"id":2}}""", "has 'after' twice")]
    public void WhatCannotBeRead_IsSaid(string value, string problem) => Read(value).ShouldBe("Bad the change event " + problem);

    private static string Read(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var read = DebeziumEnvelope.Read(bytes);
        var row = read.Kind == ChangeKind.Upsert ? " " + Encoding.UTF8.GetString(bytes.AsSpan(read.Start, read.Length)) : "";
        return read.Kind + row + (read.Problem is null ? "" : " " + read.Problem);
    }
}
