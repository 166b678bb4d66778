using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReadModels.Rebuild;

namespace EntitySync.Core.ReadModels.Reads;

/// <summary>Answers about read models as JSON (UTF-8). Moments are RFC 3339 in UTC; documents stand there as they are.</summary>
public static class ReadModelJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{"readModels":[{"readModel":…,"liveVersion":3,"rebuildNeeded":false}]}</c>, by name.</summary>
    /// <param name="models">Each with its state; null for one without version.</param>
    public static ReadOnlyMemory<byte> Names(IEnumerable<(ReadModelDefinition Definition, ReadModelState? State)> models) => Write(json =>
    {
        json.WriteStartArray("readModels");
        foreach (var (definition, state) in models)
        {
            json.WriteStartObject();
            json.WriteString("readModel", definition.ReadModel);
            Number(json, "liveVersion", state?.Live);
            json.WriteBoolean("rebuildNeeded", NeedsRebuild(definition, state));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Versions, which of them answers, and how a rebuild stands or is started.</summary>
    /// <param name="definition">As it is deployed.</param>
    /// <param name="state">Null when there is no version yet.</param>
    /// <param name="checkpoints">Of the version that is being built; empty for none.</param>
    public static ReadOnlyMemory<byte> State(ReadModelDefinition definition, ReadModelState? state, IReadOnlyList<FillCheckpoint> checkpoints) => Write(json =>
    {
        json.WriteString("readModel", definition.ReadModel);
        Number(json, "liveVersion", state?.Live);
        Number(json, "previousVersion", state?.Previous);
        Number(json, "buildingVersion", state?.Building);
        json.WriteStartArray("versions");
        foreach (var version in state?.Versions ?? []) Version(json, definition, state!, version);
        json.WriteEndArray();
        json.WriteStartObject("rebuild");
        Rebuild(json, definition, state, checkpoints);
        json.WriteEndObject();
    });

    /// <summary><c>{"readModel":…,"version":3,"index":"byStatus","key":"Shipped","items":[{"key":…,"row":{…}}],"nextPageToken":…}</c>; without token the list is at its end.</summary>
    public static ReadOnlyMemory<byte> List(ReadModelVersionId version, RowQuery query, RowPage page) => Write(json =>
    {
        json.WriteString("readModel", version.ReadModel);
        json.WriteNumber("version", version.Number);
        if (query.Index is { } index)
        {
            json.WriteString("index", index.Name);
            json.WriteString("key", query.Key);
        }

        json.WriteStartArray("items");
        foreach (var row in page.Rows)
        {
            json.WriteStartObject();
            json.WriteString("key", row.Key);
            json.WritePropertyName("row");
            json.WriteRawValue(row.Document.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (page.PageToken is { } token) json.WriteString("nextPageToken", token);
    });

    private static bool NeedsRebuild(ReadModelDefinition definition, ReadModelState? state) =>
        state?.Version(state.Live) is { } live && (live.Fingerprint != definition.Fingerprint || live.BeganAt is not null);

    private static void Version(Utf8JsonWriter json, ReadModelDefinition definition, ReadModelState state, ReadModelVersion version)
    {
        json.WriteStartObject();
        json.WriteNumber("version", version.Number);
        json.WriteString("is", version.Number == state.Live ? "live" : version.Number == state.Building ? "building" : version.Number == state.Previous ? "previous" : version == state.BeingMade() ? "being made" : "being removed");
        json.WriteBoolean("isOfDeployedDefinition", version.Fingerprint == definition.Fingerprint);
        json.WriteString("createdAt", version.CreatedAt.UtcDateTime);
        if (version.SwitchedAt is { } switched) json.WriteString("switchedAt", switched.UtcDateTime);
        else json.WriteNull("switchedAt");
        json.WriteEndObject();
    }

    private static void Rebuild(Utf8JsonWriter json, ReadModelDefinition definition, ReadModelState? state, IReadOnlyList<FillCheckpoint> checkpoints)
    {
        var isNeeded = NeedsRebuild(definition, state);
        json.WriteBoolean("isNeeded", isNeeded);
        json.WriteBoolean("isRunning", state is { Building: not null, FailedAt: null });
        if (state?.FailedAt is { } failed) json.WriteString("failedAt", failed.UtcDateTime);
        if (Message(definition, state, isNeeded) is { } message) json.WriteString("message", message);
        json.WriteString("stateMachine", "rebuild-read-model");
        json.WriteStartObject("input");
        json.WriteString("readModel", definition.ReadModel);
        json.WriteEndObject();
        if (state?.LastError is { } error) json.WriteString("lastError", error);
        json.WriteStartArray("partitions");
        foreach (var checkpoint in checkpoints)
        {
            json.WriteStartObject();
            json.WriteString("topic", checkpoint.Topic);
            json.WriteNumber("partition", checkpoint.Partition);
            json.WriteNumber("first", checkpoint.First);
            json.WriteNumber("next", checkpoint.Next);
            json.WriteNumber("end", checkpoint.End);
            json.WriteNumber("events", checkpoint.Events);
            json.WriteBoolean("isCaughtUp", checkpoint.IsCaughtUp);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string? Message(ReadModelDefinition definition, ReadModelState? state, bool isNeeded)
    {
        if (state?.Live is not { } live) return "There is no version yet: the first event makes it.";
        if (state.Version(state.Building) is { } building)
        {
            if (building.Fingerprint == definition.Fingerprint && state.FailedAt is not null)
                return $"The rebuild failed while it filled version {building.Number}; version {live} goes on answering, and starting the state machine again goes on where it stopped.";
            return building.Fingerprint == definition.Fingerprint
                ? $"Version {building.Number} is filled while version {live} answers; if the state machine failed, starting it again goes on where it stopped."
                : $"Version {building.Number} is filled by a definition that is not the deployed one any more; starting the state machine gives it up and begins a new one.";
        }

        if (state.Version(live)?.BeganAt is { } beginning)
            return $"Version {live} has events from {beginning} on only, because its topics had been read before or retention has cut them; start the state machine to fill a version from their beginning.";
        return isNeeded ? $"The definition has changed since version {live} was made; start the state machine to make rows and indexes those of the deployed definition." : null;
    }

    private static void Number(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
