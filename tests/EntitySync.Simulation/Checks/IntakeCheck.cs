using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Oracle;

namespace EntitySync.Simulation.Checks;

/// <summary>At rest the rekeyed topic of a root of change events holds each row of the table under its entity's key, and nothing else.</summary>
public static class IntakeCheck
{
    public static IEnumerable<string> Problems(WorldHistory history)
    {
        var expected = Rows(history).Select(row => $"{row.Entity} {row.Key} {NaiveJoin.Canonical(row.Row)}").ToHashSet(StringComparer.Ordinal);
        var topic = history.Definition.RekeyedRootTopic();
        var held = history.Held(topic)
            .Select(record => RekeyedRow.Read(record, history.Definition.Root.Topic))
            .Select(row => $"{row.Entity} {row.Row} {NaiveJoin.Canonical(row.Document!)}")
            .ToList();
        foreach (var extra in held.Except(expected)) yield return $"{topic} still holds {extra}";
        foreach (var lost in expected.Except(held)) yield return $"{topic} lacks {lost}";
    }

    /// <summary>The table as the events have left it; a row without the entity's key is none of them.</summary>
    private static IEnumerable<(string Entity, string Key, JsonObject Row)> Rows(WorldHistory history)
    {
        var rows = new Dictionary<string, JsonObject?>(StringComparer.Ordinal);
        foreach (var record in history.World.Written.Select(written => written.Record).Where(record => record.Position.Topic == history.Definition.Root.Topic)) Apply(record, rows);
        return rows.Where(row => row.Value?["id"] is not null).Select(row => (row.Value!["id"]!.GetValue<string>(), row.Key, row.Value!));
    }

    private static void Apply(StoredRecord record, Dictionary<string, JsonObject?> rows)
    {
        var key = record.Key is null ? null : NaiveJoin.Parse(record.Key)["uid"]?.GetValue<string>();
        var change = record.Value is null ? null : TryParse(record.Value);
        if (record.Value is null) rows.Remove(key!);
        else if (change?["op"]?.GetValue<string>() == "t") rows.Clear();
        else if (change?["op"]?.GetValue<string>() == "d") rows.Remove(key!);
        else if (change?["op"]?.GetValue<string>() is "c" or "u" or "r" && change["after"] is JsonObject row) rows[key!] = row;
    }

    private static JsonObject? TryParse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
