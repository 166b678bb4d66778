using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.Reconciliation.Reading;
using EntitySync.Core.State;

namespace EntitySync.Core.Reconciliation;

/// <summary>Brings one entity's messages of a batch into the table: one write when they fit in one, no reads.</summary>
internal sealed class EntityWriter(IReconciliationTable table, TimeProvider clock, DeadLetters deadLetters, ReconcileOptions options, FieldValues values, EntityMessages messages)
{
    private const int Attempts = 100;

    private static readonly ReconciliationStatus[] BeforeOpen = [ReconciliationStatus.Waiting, ReconciliationStatus.Open, ReconciliationStatus.Cancelled];
    private static readonly ReconciliationStatus[] BeforeCancelled = [ReconciliationStatus.Waiting, ReconciliationStatus.Open, ReconciliationStatus.Overdue, ReconciliationStatus.Cancelled];
    private static readonly ReconciliationStatus[] BeforeOverdue = [ReconciliationStatus.Overdue];

    private readonly CompiledReconciliation _compiled = messages.Compiled;
    private readonly DateTimeOffset _now = clock.GetUtcNow();

    /// <returns>The entity after it; null when none of the messages could be used.</returns>
    /// <exception cref="TransientException">All of the messages must come again; what was written does no harm then.</exception>
    public async Task<ReconciliationState?> WriteAsync(CancellationToken cancellationToken)
    {
        ReconciliationState? state = null;
        var pieces = messages.Pieces;
        var last = Math.Max(0, (pieces.Count - 1) / options.PiecesOfAWrite * options.PiecesOfAWrite);
        for (var start = 0; start < last; start += options.PiecesOfAWrite) state = await AddAsync(Slice(start), cancellationToken) ?? state;
        return await WriteLastAsync(Slice(last), cancellationToken) ?? state;
    }

    private IReadOnlyList<(Arrival Arrival, MessageReference Reference)> Slice(int start) =>
        start == 0 && messages.Pieces.Count <= options.PiecesOfAWrite ? messages.Pieces : [.. messages.Pieces.Skip(start).Take(options.PiecesOfAWrite)];

    // What is expected goes with the last pieces, so that the item is judged once.
    private async Task<ReconciliationState?> WriteLastAsync(IReadOnlyList<(Arrival Arrival, MessageReference Reference)> pieces, CancellationToken cancellationToken)
    {
        ReconciliationState? state = null;
        foreach (var (message, reference) in messages.NewestFirst())
        {
            try
            {
                (var isWritten, state) = await ExpectAsync(message, reference, pieces, cancellationToken);
                return !isWritten && pieces.Count > 0 ? await AddAsync(pieces, cancellationToken) ?? state : state;
            }
            catch (ItemTooLargeException exception)
            {
                Reject(reference, exception.Message);
                foreach (var piece in pieces) Reject(piece.Reference, exception.Message);
                pieces = []; // and the message before it counts
            }
        }

        return pieces.Count > 0 ? await AddAsync(pieces, cancellationToken) : state;
    }

    private async Task<ReconciliationState?> AddAsync(IReadOnlyList<(Arrival Arrival, MessageReference Reference)> pieces, CancellationToken cancellationToken)
    {
        try
        {
            return (await table.UpdateAsync(Update(null, pieces), cancellationToken)).State;
        }
        catch (ItemTooLargeException exception)
        {
            foreach (var piece in pieces) Reject(piece.Reference, exception.Message);
            return null;
        }
    }

    /// <returns>Whether message and pieces were written, and the item as it is.</returns>
    private async Task<UpdateResult> ExpectAsync(
        ExpectedMessage message, MessageReference reference, IReadOnlyList<(Arrival Arrival, MessageReference Reference)> pieces, CancellationToken cancellationToken)
    {
        var status = message.IsCancelled ? ReconciliationStatus.Cancelled : ReconciliationStatus.Open;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var change = Change(message, reference, status);
            var result = await table.UpdateAsync(Update(change, pieces), cancellationToken);
            if (result.IsWritten) return result;
            if (result.State is not { } state) continue; // it was there and has expired since
            if (state is { ExpectedAt: { } at, ExpectedTimestamp: { } timestamp } && !change.IsNewerThan(at, timestamp)) return result; // a duplicate, or older
            if (state.Status == ReconciliationStatus.Complete)
            {
                if (!IsSame(message, state)) Reject(reference, TooLate(message, state));
                return result;
            }

            if (!message.IsCancelled) status = state.Status == ReconciliationStatus.Overdue ? ReconciliationStatus.Overdue : ReconciliationStatus.Open;
        }

        throw new TransientException($"{_compiled.Entity} '{messages.Id}' was changed by others {Attempts} times while {reference.Position} was to be written.");
    }

    private ReconciliationUpdate Update(ExpectedChange? change, IReadOnlyList<(Arrival Arrival, MessageReference Reference)> pieces)
    {
        var arrivals = new Arrival[pieces.Count];
        for (var i = 0; i < arrivals.Length; i++) arrivals[i] = pieces[i].Arrival;
        return new ReconciliationUpdate(_compiled.Entity, messages.Id, change, arrivals, _now, _compiled.ExpiryFrom(_now));
    }

    private ExpectedChange Change(in ExpectedMessage message, in MessageReference reference, ReconciliationStatus status) => new(
        reference.Position,
        reference.Record.Timestamp,
        reference.Record.Value,
        status,
        message.IsCancelled ? null : _compiled.DueAt(message, reference.Record.Timestamp),
        KeepsDueAt: message.IsCancelled || _compiled.Definition.Deadline?.After is not null,
        status switch { ReconciliationStatus.Cancelled => BeforeCancelled, ReconciliationStatus.Overdue => BeforeOverdue, _ => BeforeOpen });

    private bool IsSame(in ExpectedMessage message, ReconciliationState state) =>
        message.Expectation is { } expectation && state.Document is { } document && _compiled.Expected.ReadHeld(document.Span, values) is { } held && held.IsSameAs(expectation);

    private string TooLate(in ExpectedMessage message, ReconciliationState state) =>
        $"{_compiled.Entity} '{messages.Id}' is complete since {state.CompletedAt?.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}: it cannot be {(message.IsCancelled ? "cancelled" : "amended")} any more";

    private void Reject(in MessageReference reference, string reason) => deadLetters.Add(_compiled.Entity, _compiled.DeadLetterTopic, reference, reason);
}
