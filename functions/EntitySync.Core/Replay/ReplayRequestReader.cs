using System.Text.Json;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Replay;

/// <summary>
/// Reads a request as a person typed it. An unknown property is an error, not ignored: <c>"wher"</c> would replay the whole entity.
/// </summary>
public static class ReplayRequestReader
{
    private static readonly string[] Known = ["entity", "action", "replayId", "where", "ids", "ratePerSecond", "causes"];

    /// <exception cref="InvalidRequestException">Names every property that cannot be used, what was found and what is allowed.</exception>
    public static ReplayRequest Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidRequestException($"A replay request is a JSON object such as {{\"entity\":\"item\"}}; found {RequestProperties.Describe(json)}.");
        }

        var problems = json.EnumerateObject().Select(Problem).OfType<string>().ToList();
        if (problems.Count > 0) throw new InvalidRequestException(string.Join(" ", problems));
        var request = json.Deserialize(ReplayJson.Default.ReplayRequest)!;
        // An absent property becomes null, whatever the declaration says.
        return request with { Entity = request.Entity ?? "" };
    }

    private static string? Problem(JsonProperty property) => property.Name switch
    {
        "entity" or "action" or "replayId" or "where" => RequestProperties.Unless(property, IsText(property.Value) || IsAbsent(property), "a string"),
        "ids" => RequestProperties.Unless(property, IsAbsent(property) || IsListOf(property.Value, IsText), "a list of strings"),
        "ratePerSecond" => RequestProperties.Unless(property, IsAbsent(property) || (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out _)), "a whole number"),
        "causes" => RequestProperties.Unless(property, IsAbsent(property) || IsListOf(property.Value, IsCause), "a list of {\"table\", \"key\", \"version\"}"),
        _ => RequestProperties.Unknown(property.Name, Known),
    };

    private static bool IsAbsent(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Null && property.Name != "entity";

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static bool IsListOf(JsonElement value, Predicate<JsonElement> isElement) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(element => isElement(element));

    private static bool IsCause(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("table", out var table) && IsText(table)
        && value.TryGetProperty("key", out var key) && IsText(key)
        && value.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out _)
        && (!value.TryGetProperty("fingerprint", out var fingerprint) || fingerprint.ValueKind is JsonValueKind.String or JsonValueKind.Null);
}
