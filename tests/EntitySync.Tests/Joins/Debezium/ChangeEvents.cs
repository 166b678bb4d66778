using System.Text.Json.Nodes;

namespace EntitySync.Tests.Joins.Debezium;

/// <summary>Keys and values as the PostgreSQL and MySQL connectors write them through the JSON converter.</summary>
/// <param name="Connector"><c>postgresql</c> or <c>mysql</c>.</param>
/// <param name="HasSchema">True for <c>schemas.enable=true</c>, the converter's default.</param>
internal sealed record ChangeEvents(string Connector, bool HasSchema)
{
    public static TheoryData<string, bool> Writers => new() { { "postgresql", true }, { "postgresql", false }, { "mysql", true }, { "mysql", false } };

    public string Key(string fields) => Wrap(fields, "shop.public.classes.Key", """{"type":"int32","optional":false,"field":"id"}""");

    public string Insert(string row) => Envelope("c", "null", row);

    public string Snapshot(string row) => Envelope("r", "null", row);

    public string Update(string row, string before = "null") => Envelope("u", before, row);

    public string Delete(string before) => Envelope("d", before, "null");

    public string Truncate() => Wrap($$"""{"source":{{Source}},"op":"t","ts_ms":1730000000500}""", "shop.public.classes.Envelope", "");

    public string Heartbeat() => Wrap("""{"ts_ms":1730000000700}""", "io.debezium.connector.common.Heartbeat", """{"type":"int64","optional":false,"field":"ts_ms"}""");

    /// <summary>As ExtractNewRecordState writes rows when deletions are to be rewritten.</summary>
    public string Flat(string row, bool isDeleted)
    {
        var flat = JsonNode.Parse(row)!.AsObject();
        flat["__deleted"] = isDeleted ? "true" : "false";
        return Wrap(flat.ToJsonString(), "shop.public.classes.Value", "");
    }

    private string Source => Connector == "mysql"
        ? """{"version":"2.7.0.Final","connector":"mysql","name":"shop","ts_ms":1730000000000,"snapshot":"false","db":"shop","sequence":null,"table":"classes","server_id":77,"gtid":null,"file":"bin.000004","pos":911,"row":0,"thread":12,"query":null}"""
        : """{"version":"2.7.0.Final","connector":"postgresql","name":"shop","ts_ms":1730000000000,"snapshot":"false","db":"shop","sequence":"[\"24023119\",\"24023128\"]","schema":"public","table":"classes","txId":561,"lsn":24023128,"xmin":null}""";

    private string Envelope(string op, string before, string after) => Wrap(
        $$"""{"before":{{before}},"after":{{after}},"source":{{Source}},"transaction":null,"op":"{{op}}","ts_ms":1730000000400}""",
        "shop.public.classes.Envelope",
        """{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},{"type":"string","optional":true,"field":"name"}],"optional":true,"field":"after"}""");

    private string Wrap(string payload, string name, string fields) =>
        HasSchema ? $$"""{"schema":{"type":"struct","fields":[{{fields}}],"optional":false,"name":"{{name}}"},"payload":{{payload}}}""" : payload;
}
