using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.Debezium;
using EntitySync.Core.State;

namespace EntitySync.Tests.Joins.Debezium;

public sealed class RelatedRecordsTests
{
    [Fact]
    public void TombstoneAfterADelete_IsARepetitionOfItsOwnPartitionOnly()
    {
        var records = new RelatedRecords(DocumentFormat.Debezium, 2);
        string[] kinds =
        [
            Kind(0, """{"id":1}""", """{"op":"d","before":null}"""),
            Kind(1, """{"id":1}""", null),
            Kind(0, """{"id":1}""", null),
            Kind(0, """{"id":1}""", """{"op":"c","after":{}}"""),
            Kind(0, """{"id":1}""", null),
            Kind(0, """{"id":12}""", null),
            Kind(0, """{"id":1}""", null),
        ];

        kinds.ShouldBe(["Delete", "Delete", "Repeat", "Upsert", "Delete", "Delete", "Delete"]);

        string Kind(int partition, string key, string? value) => records.Read(Record(key, value, partition), out _, out _).ToString();
    }

    [Fact]
    public void GoodRecords_AllocateNothing()
    {
        var events = new ChangeEvents("mysql", HasSchema: true);
        var records = new RelatedRecords(DocumentFormat.Debezium, 1);
        LogRecord[] all =
        [
            Record(events.Key("""{"id":1}"""), events.Insert("""{"id":1,"name":"é"}""")),
            Record(events.Key("""{"user":"a\u00e9","n":2}"""), events.Update("""{"id":1}""")),
            Record(events.Key("""{"id":1}"""), events.Delete("""{"id":1}""")),
            Record(events.Key("""{"id":1}"""), null),
            Record(null, events.Truncate()),
            Record(null, events.Heartbeat()),
        ];
        ReadAll(); // buffers grow once

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) ReadAll();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void ReadAll()
        {
            foreach (var record in all) records.Read(record, out _, out _);
        }
    }

    private static LogRecord Record(string? key, string? value, int partition = 0) => new(0, partition, 0, 0, Bytes(key), Bytes(value), []);

    private static ReadOnlyMemory<byte>? Bytes(string? text) => OptionalBytes.From(text is null ? null : Encoding.UTF8.GetBytes(text));
}
