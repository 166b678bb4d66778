using EntitySync.Core.Reconciliation;
using EntitySync.Testing;

namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>What must hold in every run, worked out from the script alone.</summary>
internal sealed class ModelChecks(Script script)
{
    private readonly SortedDictionary<string, int> _transitions = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _deadLetters = [];

    public string Fingerprint() => $"{string.Join(',', _transitions)};{string.Join(',', _deadLetters)}";

    public void OnDeadLetter(string position, string reason)
    {
        Require(position.StartsWith("orders-0@", StringComparison.Ordinal) && reason.Contains("is complete since", StringComparison.Ordinal), $"{position} is dead-lettered: {reason}");
        _deadLetters.Add(int.Parse(position["orders-0@".Length..], System.Globalization.CultureInfo.InvariantCulture));
    }

    public void OnWrite(ReconciliationState? before, ReconciliationState after)
    {
        if (before is not null)
        {
            Require(before.Arrivals.All(arrival => after.Arrivals.Contains(arrival)), $"{after.Id} lost a product");
            Require(!(after.ExpectedAt?.Offset < before.ExpectedAt?.Offset), $"{after.Id} went back to an older message");
            Require(before.Status != ReconciliationStatus.Complete || (after.Status, after.ExpectedAt) == (ReconciliationStatus.Complete, before.ExpectedAt), $"{after.Id} was changed after it was complete");
        }

        if (after.Status == before?.Status) return;
        Count($"{after.Id} {after.Status}");
        if (after.Status == ReconciliationStatus.Complete)
        {
            Require(_transitions[$"{after.Id} Complete"] == 1, $"{after.Id} became complete twice");
            var missing = MissingOf(script.Expected[after.ExpectedAt!.Value.Offset], after).ToList();
            Require(missing.Count == 0, $"{after.Id} became complete without {string.Join(' ', missing)}");
        }

        Require(
            after.Status != ReconciliationStatus.Overdue || _transitions[$"{after.Id} Overdue"] <= 1 + _transitions.GetValueOrDefault($"{after.Id} Cancelled"),
            $"{after.Id} became overdue twice without being opened again");
    }

    /// <summary>All messages have been delivered and acknowledged.</summary>
    public void OnEnd(InMemoryReconciliationTable table)
    {
        foreach (var order in script.Orders) CheckEnd(order, table.Find("order-shipping", order));
    }

    private void CheckEnd(string order, ReconciliationState? state)
    {
        Require(state is not null, $"{order} was lost");
        var products = script.Arrived.Select((message, offset) => (message.Order, Product: message.Products[0], Offset: (long)offset))
            .Where(made => made.Order == order).GroupBy(made => made.Product).Select(made => (made.Key, Offset: made.Min(one => one.Offset))).Order().ToList();
        Require(state!.Arrivals.Select(arrival => (arrival.Element, arrival.At.Offset)).SequenceEqual(products), $"{order} holds other products than were made");
        var newest = Array.FindLastIndex(script.Expected, message => message.Order == order);
        if (newest < 0) Require(state.Status == ReconciliationStatus.Waiting && state.ExpectedAt is null, $"{order} is {state.Status} though nobody ordered it");
        else if (state.Status == ReconciliationStatus.Complete) CheckComplete(order, (int)state.ExpectedAt!.Value.Offset, newest);
        else CheckIncomplete(order, state, newest);
    }

    private void CheckComplete(string order, int held, int newest)
    {
        var isSame = !script.Expected[newest].IsCancel && script.Expected[newest].Products.Order().SequenceEqual(script.Expected[held].Products.Order());
        Require(isSame || newest == held || _deadLetters.Contains(newest), $"{order} is complete, and its message {newest} is neither in force nor dead-lettered");
    }

    private void CheckIncomplete(string order, ReconciliationState state, int newest)
    {
        Require(state.ExpectedAt?.Offset == newest, $"{order} is not complete and does not hold its newest message {newest}");
        var message = script.Expected[newest];
        if (message.IsCancel)
        {
            Require(state.Status == ReconciliationStatus.Cancelled, $"{order} is {state.Status} though it was cancelled");
            return;
        }

        Require(state.Status is ReconciliationStatus.Open or ReconciliationStatus.Overdue, $"{order} is {state.Status}");
        Require(MissingOf(message, state).Any(), $"{order} stays {state.Status} though all is there");
        Require(!_deadLetters.Any(offset => script.Expected[offset].Order == order), $"{order} is not complete, and a message of it was dead-lettered as if it were");
    }

    private static IEnumerable<string> MissingOf(ScriptMessage message, ReconciliationState state) => message.Products.Except(state.Arrivals.Select(arrival => arrival.Element));

    private void Count(string what) => _transitions[what] = _transitions.GetValueOrDefault(what) + 1;

    private static void Require(bool holds, string violation)
    {
        if (!holds) throw new ModelViolationException(violation);
    }
}
