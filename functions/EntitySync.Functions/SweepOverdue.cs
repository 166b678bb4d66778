using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>The event of a schedule; only what is looked at.</summary>
/// <param name="Id">The event's id.</param>
public sealed record ScheduleEvent([property: JsonPropertyName("id")] string? Id);

/// <summary>What a sweep came to, for whoever invokes it by hand; the log says the same.</summary>
public sealed record SweepOverdueResult(
    [property: JsonPropertyName("overdue")] int Overdue,
    [property: JsonPropertyName("completed")] int Completed,
    [property: JsonPropertyName("failed")] int Failed,
    [property: JsonPropertyName("moreLeft")] bool IsMoreLeft);

/// <summary>
/// Makes open entities overdue whose deadline is over; the table's stream tells so to PublishCompleted. Event source: a schedule. It stops by itself before its time is over, and the next
/// run goes on, since what is done has left the index.
/// </summary>
public sealed class SweepOverdue(OverdueSweep sweep, TimeProvider clock)
{
    public SweepOverdue()
        : this(Startup.Services.GetRequiredService<OverdueSweep>(), Startup.Services.GetRequiredService<TimeProvider>())
    {
    }

    /// <exception cref="TransientException">The time ran out in the middle of a write; the next run goes on.</exception>
    public async Task<SweepOverdueResult> HandleAsync(ScheduleEvent scheduleEvent, ILambdaContext context)
    {
        using var time = InvocationTime.Of(context, clock);
        var result = await time.RunAsync(token => sweep.RunAsync(() => context.RemainingTime, token));
        return new SweepOverdueResult(result.Overdue, result.Completed, result.Failed, result.IsMoreLeft);
    }
}
