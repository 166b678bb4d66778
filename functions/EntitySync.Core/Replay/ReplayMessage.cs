using System.Text.Json;
using System.Text.Json.Serialization;

namespace EntitySync.Core.Replay;

/// <summary>
/// What a replay record says: value of a record in the replay topic (key: the entity's key), and header <c>entitysync-replay</c> of the
/// emission it leads to. Enrich reads again every row that a cause names unless its cached row is the very row that caused the replay
/// or was read after this cause was first seen; a replay without causes (started by hand) wants every row read again once.
/// </summary>
public sealed record ReplayMessage(
    [property: JsonPropertyName("replayId")] string ReplayId,
    [property: JsonPropertyName("causes")] IReadOnlyList<ReplayCause> Causes)
{
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ReplayJson.Default.ReplayMessage);

    /// <summary>Null when <paramref name="json"/> is not a replay message.</summary>
    public static ReplayMessage? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            var message = JsonSerializer.Deserialize(json, ReplayJson.Default.ReplayMessage);
            if (message?.ReplayId is null) return null;
            var causes = message.Causes ?? [];
            return causes.All(cause => cause is { Table: not null, Key: not null }) ? message with { Causes = causes } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(ReplayMessage))]
[JsonSerializable(typeof(ReplayRequest))]
public sealed partial class ReplayJson : JsonSerializerContext;
