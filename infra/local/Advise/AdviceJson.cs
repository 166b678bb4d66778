using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Local.Advise;

/// <summary>The advice for tools: <c>workload</c>, <c>strategies</c> (seconds, bytes, counts and costs of a month, four digits each), <c>recommended</c> (null: none), <c>reason</c>, <c>notes</c>.</summary>
internal static class AdviceJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Workload workload, IReadOnlyList<StrategyEstimate> estimates, Recommendation recommendation, PriceList prices)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            Write(json, workload);
            json.WriteStartObject("strategies");
            foreach (var estimate in estimates) Write(json, estimate);
            json.WriteEndObject();
            json.WriteString("recommended", recommendation.Taken?.Name);
            json.WriteString("reason", recommendation.Reason);
            json.WriteStartArray("notes");
            foreach (var note in AdviceNotes.Of(workload, estimates, prices)) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteString("currency", prices.Currency);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Workload workload)
    {
        json.WriteStartObject("workload");
        json.WriteNumber("items", workload.Items);
        json.WriteNumber("classes", workload.Classes);
        json.WriteNumber("classChangesPerDay", workload.ClassChangesPerDay);
        json.WriteNumber("itemChangesPerSecond", workload.ItemChangesPerSecond);
        json.WriteNumber("relatedRowsPerItem", workload.RowsPerItem);
        json.WriteNumber("itemBytes", workload.ItemBytes);
        json.WriteNumber("rowBytes", workload.RowBytes);
        json.WriteNumber("threads", workload.Threads);
        json.WriteNumber("idsPerSecond", workload.IdsPerSecond);
        json.WriteNumber("brokerMegabytesPerSecond", workload.BrokerMegabytesPerSecond);
        Number(json, "itemsOfAClass", workload.Affected);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StrategyEstimate estimate)
    {
        json.WriteStartObject(estimate.Name);
        json.WriteBoolean("possible", estimate.IsPossible);
        if (estimate.Refusal is { } refusal) json.WriteString("refusal", refusal);
        if (estimate.IsPossible) Figures(json, estimate);
        json.WriteEndObject();
    }

    private static void Figures(Utf8JsonWriter json, StrategyEstimate estimate)
    {
        Number(json, "propagationSeconds", estimate.PropagationSeconds);
        json.WriteBoolean("keepsUp", estimate.KeepsUp);
        json.WriteNumber("containers", estimate.Join.Containers);
        json.WriteNumber("gigabytesPerContainer", estimate.Join.Gigabytes);
        json.WriteNumber("partitions", estimate.Join.Partitions);
        Number(json, "stateBytes", estimate.Join.StateBytes);
        Number(json, "restoreSeconds", estimate.RestoreSeconds);
        Number(json, "internalRecordsPerItemChange", estimate.InternalRecordsPerItemChange);
        Number(json, "internalRecordsPerClassChange", estimate.InternalRecordsPerClassChange);
        Number(json, "internalRecords", estimate.InternalRecords);
        Number(json, "lambdaInvocations", estimate.Usage.Invocations);
        Number(json, "dynamoDbRequests", estimate.Usage.TableRequests);
        Number(json, "stepFunctionsTransitions", estimate.Usage.Transitions);
        Number(json, "kafkaBytes", estimate.Usage.KafkaBytes);
        json.WriteStartObject("cost");
        Number(json, "containers", estimate.Bill.Containers);
        Number(json, "functions", estimate.Bill.Functions);
        Number(json, "pollers", estimate.Bill.Pollers);
        Number(json, "dynamoDb", estimate.Bill.Tables);
        Number(json, "stepFunctions", estimate.Bill.StateMachine);
        Number(json, "other", estimate.Bill.Other);
        Number(json, "total", estimate.Bill.Total);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value) =>
        json.WriteNumber(name, decimal.Parse(value.ToString("G4", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture));
}
