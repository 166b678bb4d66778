using EntitySync.Core.Messages;
using EntitySync.Core.Reconciliation.Reading;

namespace EntitySync.Core.Reconciliation;

/// <summary>What the facts of an entity mean by its definition: what is expected, what of it is there, what is missing. The order in which it came plays no part.</summary>
internal sealed class Evaluation
{
    private readonly CompiledReconciliation _compiled;
    private readonly ReconciliationState _state;
    private readonly AmountSum _sum;
    private readonly int _present;

    private Evaluation(CompiledReconciliation compiled, ReconciliationState state, Expectation? expected)
    {
        (_compiled, _state, Expected) = (compiled, state, expected);
        if (IsOfAmounts)
        {
            foreach (var arrival in state.Arrivals)
            {
                if (Counts(arrival)) _sum += arrival.Amount!.Value.Value;
            }
        }
        else if (expected is not null)
        {
            foreach (var element in expected.Elements) _present += Find(element) is null ? 0 : 1;
        }
    }

    /// <summary>Null while nothing is expected, or when the definition cannot read the message that the table holds.</summary>
    public Expectation? Expected { get; }

    /// <summary>True when all that is expected is there.</summary>
    public bool IsComplete => Expected is not null && (Expected.Amount is { } amount ? _sum.CompareTo(AmountSum.Of(amount.Value)) >= 0 : _present == Expected.Elements.Count);

    /// <summary>True when the table holds a message that the definition (a newer one than it was taken by) cannot read.</summary>
    public bool IsUnreadable => Expected is null && _state.Document is not null && _state.Status != ReconciliationStatus.Cancelled;

    /// <summary>Elements that are not there, in the order they were expected.</summary>
    public IEnumerable<string> Missing => Expected?.Elements.Where(element => Find(element) is null) ?? [];

    /// <summary>What the sum lacks; null of elements, zero or less when complete.</summary>
    public AmountSum? MissingAmount => Expected?.Amount is { } amount ? AmountSum.Of(amount.Value) - _sum : null;

    /// <summary>Pieces that are expected, in that order; of amounts those that count, in the order of arrival.</summary>
    public IEnumerable<Arrival> Counted => IsOfAmounts
        ? _state.Arrivals.Where(Counts).OrderBy(arrival => arrival.Timestamp).ThenBy(arrival => arrival.At.Partition).ThenBy(arrival => arrival.At.Offset)
        : Expected?.Elements.Select(Find).OfType<Arrival>() ?? [];

    /// <summary>Pieces that nobody expects, as far as it is known what is expected.</summary>
    public IEnumerable<Arrival> Unexpected => Expected is null ? [] : _state.Arrivals.Except(Counted, ReferenceEqualityComparer.Instance).Cast<Arrival>();

    /// <summary><c>1/2 manufactured products</c>, <c>80.00/100.00 EUR payments</c>; with a question mark while it is not known what is expected.</summary>
    public string Progress => IsOfAmounts ? AmountProgress() : $"{(Expected is null ? _state.Arrivals.Count : _present)}/{(Expected is null ? "?" : Expected.Elements.Count)} {Name}";

    private bool IsOfAmounts => _compiled.Definition.Expected.Amount is not null;

    private string Name => _compiled.Definition.Arrived.Name;

    public static Evaluation Of(CompiledReconciliation compiled, ReconciliationState state, FieldValues values) =>
        new(compiled, state, state.Document is { } document && state.Status != ReconciliationStatus.Cancelled ? compiled.Expected.ReadHeld(document.Span, values) : null);

    private bool Counts(Arrival arrival) => arrival.Amount is { } amount && (Expected?.Amount is not { } expected || amount.Currency == expected.Currency);

    private string AmountProgress()
    {
        if (Expected?.Amount is { } amount) return $"{_sum.Text(AmountSum.Of(amount.Value))}/{AmountSum.Of(amount.Value)} {Unit(amount.Currency)}{Name}";
        var currencies = _state.Arrivals.Select(arrival => arrival.Amount?.Currency).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return currencies.Count > 1 ? $"several currencies/? {Name}" : $"{_sum}/? {Unit(currencies.FirstOrDefault())}{Name}";
    }

    private static string Unit(string? currency) => currency is null ? "" : currency + " ";

    // The table gives what arrived by element, ordinal.
    private Arrival? Find(string element)
    {
        var (low, high) = (0, _state.Arrivals.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_state.Arrivals[middle].Element, element);
            if (order == 0) return _state.Arrivals[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }
}
