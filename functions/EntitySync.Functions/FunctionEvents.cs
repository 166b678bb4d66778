using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Names of what functions log (<c>event</c> of a line) for the metric filters of <c>infra/operations.yaml</c>. A name keeps its meaning, and so do its values; texts may change.</summary>
internal static class FunctionEvents
{
    /// <summary>Records were written to a dead-letter topic. Values: <c>Count</c>, <c>Topic</c>.</summary>
    public static readonly EventId DeadLettered = new(1, nameof(DeadLettered));
}
