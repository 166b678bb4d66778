using System.Text.Json.Serialization;

namespace EntitySync.Core.Replay;

/// <summary>
/// Input of the replay state machine: <c>{"entity":"item"}</c> at least, as an operator types it into the console or TriggerReplay sends it.
/// </summary>
public sealed record ReplayRequest
{
    [JsonPropertyName("entity")]
    public string Entity { get; init; } = "";

    /// <summary><c>pause</c>, <c>resume</c> or <c>stop</c> the replay that <see cref="ReplayId"/> names; null to start one, or to resume it.</summary>
    [JsonPropertyName("action"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Action { get; init; }

    /// <summary>Names the replay; a start with the id of an unfinished one goes on from its checkpoint. Default: the execution's name.</summary>
    [JsonPropertyName("replayId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplayId { get; init; }

    /// <summary>Further filter in the id source's own query language.</summary>
    [JsonPropertyName("where"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Where { get; init; }

    /// <summary>Exactly these ids instead of the id source's.</summary>
    [JsonPropertyName("ids"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>Upper bound of replay records a second over all slices. Given when the replay is resumed, it takes the place of the former.</summary>
    [JsonPropertyName("ratePerSecond"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RatePerSecond { get; init; }

    /// <summary>The changed rows behind this replay; only entities that depend on one of them are replayed. Empty for a replay by hand.</summary>
    [JsonPropertyName("causes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReplayCause>? Causes { get; init; }
}

/// <summary>The change of a related row that caused a replay.</summary>
/// <param name="Table">Logical reference table.</param>
/// <param name="Key">Key of the changed row.</param>
/// <param name="Version">The row's version after the change; of a deleted row the last one it had.</param>
/// <param name="Fingerprint">Fingerprint of the row's content after the change; null for a deleted row.</param>
public sealed record ReplayCause(
    [property: JsonPropertyName("table")] string Table,
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("version")] long Version,
    [property: JsonPropertyName("fingerprint"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Fingerprint = null);
