using System.Text.Json;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>What a person asks of the state machine.</summary>
/// <param name="ReadModel">Name of the read model.</param>
/// <param name="RollbackTo">Version that is to answer again; null rebuilds.</param>
/// <param name="MaximumLag">A partition is caught up when no more events than this are left to read.</param>
/// <param name="AllowTruncated">True to go on although retention has removed events: rows lack them then.</param>
/// <param name="StartAnew">True to give up what an earlier rebuild has filled so far.</param>
public sealed record RebuildRequest(string ReadModel, int? RollbackTo = null, long MaximumLag = RebuildRequest.DefaultLag, bool AllowTruncated = false, bool StartAnew = false)
{
    public const long DefaultLag = 1000;

    private static readonly string[] Known = ["readModel", "rollbackTo", "maximumLag", "allowTruncated", "startAnew"];

    /// <summary>Reads a request as it was typed. An unknown property is an error, not ignored.</summary>
    /// <exception cref="InvalidRequestException">Names every property that cannot be used, what was found and what is allowed.</exception>
    public static RebuildRequest Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidRequestException($"A rebuild's request is a JSON object such as {{\"readModel\":\"orders-search\"}}; found {RequestProperties.Describe(json)}.");

        var problems = json.EnumerateObject().Select(Problem).OfType<string>().ToList();
        var name = Text(json, "readModel");
        if (string.IsNullOrEmpty(name) && problems.Count == 0) problems.Add("'readModel' is missing: the name of the read model to rebuild.");
        if (problems.Count > 0) throw new InvalidRequestException(string.Join(" ", problems));
        var request = new RebuildRequest(name!, (int?)Number(json, "rollbackTo"), Number(json, "maximumLag") ?? DefaultLag, Flag(json, "allowTruncated"), Flag(json, "startAnew"));
        return request is { RollbackTo: not null, StartAnew: true }
            ? throw new InvalidRequestException("'rollbackTo' and 'startAnew' exclude each other: a rollback fills nothing.")
            : request;
    }

    private static string? Problem(JsonProperty property) => property.Name switch
    {
        "readModel" => RequestProperties.Unless(property, property.Value.ValueKind == JsonValueKind.String, "a string"),
        "rollbackTo" => RequestProperties.Unless(property, IsAbsent(property) || (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var number) && number >= 1), "the number of a version, 1 or more"),
        "maximumLag" => RequestProperties.Unless(property, IsAbsent(property) || (property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var lag) && lag >= 0), "a whole number of 0 or more"),
        "allowTruncated" or "startAnew" => RequestProperties.Unless(property, IsAbsent(property) || property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false"),
        _ => RequestProperties.Unknown(property.Name, Known),
    };

    private static bool IsAbsent(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Null;

    private static JsonElement? Found(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement json, string name) => Found(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long? Number(JsonElement json, string name) => Found(json, name)?.GetInt64();

    private static bool Flag(JsonElement json, string name) => Found(json, name)?.GetBoolean() ?? false;
}
