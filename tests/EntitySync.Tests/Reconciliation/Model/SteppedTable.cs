using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;

namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>A call of the table that waits for its turn.</summary>
/// <param name="Name">What it would do.</param>
/// <param name="Key">The same as far as it matters for what comes: equal calls do equal things to equal tables.</param>
/// <param name="Grant">Does it and gives the answer back; what the caller does with it, up to its next call, happens inside. Returns what the caller keeps in mind of the answer besides its next call.</param>
/// <param name="Fail">Lets it fail for the moment.</param>
internal sealed record PendingCall(Func<string> Name, Func<string> Key, Func<string> Grant, Action Fail);

/// <summary>Hands every call to the run, which decides what happens next. All on one thread: nothing happens but what the run decides.</summary>
internal sealed class SteppedTable : IReconciliationTable
{
    /// <summary>The run whose invocation is executing.</summary>
    public ModelRun Run { get; set; } = null!;

    public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) =>
        Wait(
            () => $"update {update.Id}{(update.Expected is { } expected ? $" {expected.Status}@{expected.At.Offset}" : "")}{string.Concat(update.Arrivals.Select(arrival => $" {arrival.Element}@{arrival.At.Offset}"))}",
            null,
            async table => Mutated(update, await table.UpdateAsync(update, cancellationToken)),
            result => !result.IsWritten && result.State?.Status == ReconciliationStatus.Complete ? $"{update.Id} complete before @{update.Expected?.At.Offset};" : "");

    public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken)
    {
        var used = Run.Options.Mutant == Mutant.VersionIgnored ? transition with { Version = null } : transition;
        var run = Run;
        return Wait(() => $"transition {used.Id} {used.From}@{used.Version} -> {used.To}", Key, table => table.TransitionAsync(used, cancellationToken), _ => "");

        // A version that is not the item's any more never is again, whatever it is.
        string Key() => $"{used.Id} {used.From} -> {used.To}{(used.Version is { } version && run.Table.Find(used.Entity, used.Id)?.Version != version ? ", too late" : "")}";
    }

    public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => throw new NotSupportedException("nothing is read");

    public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) =>
        Wait(() => "list", null, table => table.ListAsync(query, cancellationToken), _ => "");

    /// <summary>An item in short, but for its version.</summary>
    public static string Short(ReconciliationState? state) => state is null
        ? "-"
        : $"{state.Id}:{state.Status}:{state.ExpectedAt?.Offset}:{string.Join(',', state.Arrivals.Select(arrival => $"{arrival.Element}@{arrival.At.Offset}"))}:{state.OverdueAt is not null}";

    // As if the caller did not look at an entity whose newest message it had brought already.
    private UpdateResult Mutated(ReconciliationUpdate update, UpdateResult result)
    {
        var isDuplicate = !result.IsWritten && update.Expected is { } expected && result.State?.ExpectedAt is { } at && expected.At.Offset <= at.Offset;
        return Run.Options.Mutant == Mutant.DuplicateNotJudged && isDuplicate ? result with { State = result.State! with { Status = ReconciliationStatus.Waiting } } : result;
    }

    private Task<T> Wait<T>(Func<string> name, Func<string>? key, Func<IReconciliationTable, Task<T>> call, Func<T, string> shorten)
    {
        var answer = new TaskCompletionSource<T>();
        var run = Run;
        run.Add(new PendingCall(name, key ?? name, Grant, () => answer.SetException(new TransientException("throttled"))));
        return answer.Task;

        string Grant()
        {
            var result = call(run.Called).GetAwaiter().GetResult();
            var text = shorten(result);
            answer.SetResult(result);
            return text;
        }
    }
}
