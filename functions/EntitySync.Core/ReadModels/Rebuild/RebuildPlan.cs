using System.Text.Json.Serialization;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>What the state machine carries on with.</summary>
/// <param name="ReadModel">The read model.</param>
/// <param name="Version">The version that is built, or rolled back to.</param>
/// <param name="Outcome"><c>WAIT</c>: its table is being made, plan again after the wait. <c>FILL</c>: fill the slices. <c>ROLLBACK</c>: there is nothing to fill.</param>
/// <param name="WaitSeconds">For <c>WAIT</c>, else 0.</param>
/// <param name="Slices">Partitions to fill, e.g. <c>order-events-3</c>; empty when nothing is left.</param>
/// <param name="MaximumLag">As the request says, or the default.</param>
/// <param name="AllowTruncated">As the request says.</param>
/// <param name="Message">What was decided, in a sentence.</param>
public sealed record RebuildPlan(
    [property: JsonPropertyName("readModel")] string ReadModel,
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("waitSeconds")] int WaitSeconds,
    [property: JsonPropertyName("slices")] IReadOnlyList<string> Slices,
    [property: JsonPropertyName("maximumLag")] long MaximumLag,
    [property: JsonPropertyName("allowTruncated")] bool AllowTruncated,
    [property: JsonPropertyName("message")] string Message)
{
    public const string Wait = "WAIT";
    public const string Fill = "FILL";
    public const string Rollback = "ROLLBACK";
}
