using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Reconciliation.Reading;

/// <summary>Reads messages of the expected topic. Immutable, thread-safe.</summary>
internal sealed class ExpectedReader
{
    private readonly ReconciliationDefinition _definition;
    private readonly FieldReader _fields;
    private readonly KeyReader _key;
    private readonly AmountReader? _amount;
    private readonly MessageFilter? _cancelled;
    private readonly int _at;

    /// <exception cref="Errors.InvalidRequestException">The key may have several values.</exception>
    public ExpectedReader(ReconciliationDefinition definition)
    {
        _definition = definition;
        var expected = definition.Expected;
        var cancelled = expected.Cancelled.IsDefaultOrEmpty ? [] : expected.Cancelled;
        _fields = new FieldReader(
            [
                .. expected.Key.Paths,
                .. AmountReader.FieldsOf(expected.Amount),
                .. cancelled.Select(condition => condition.Field),
                .. definition.Deadline?.At is { } moment ? [moment] : Array.Empty<FieldPath>(),
            ],
            expected.Elements);
        _cancelled = cancelled.IsEmpty ? null : new MessageFilter(cancelled, _fields);
        _key = new KeyReader($"Reconciliation '{definition.Entity}'", expected.Key, _fields);
        _amount = expected.Amount is { } amount ? new AmountReader(amount, _fields) : null;
        _at = definition.Deadline?.At is { } at ? _fields.IndexOf(at) : -1;
    }

    public ExpectedMessage Read(ReadOnlySpan<byte> message, FieldValues values)
    {
        if (_fields.Read(message, values) is { } problem) return ExpectedMessage.Bad(problem);
        if (_key.Read(message, values, out var id) is { } noKey) return ExpectedMessage.Bad(noKey);
        if (_cancelled is not null && _cancelled.Matches(message, values)) return new ExpectedMessage(null, id, true, null, null);
        if (ReadExpectation(message, values, out var expectation) is { } nothing) return ExpectedMessage.Bad(nothing);
        if (ReadDueAt(message, values, out var dueAt) is { } noMoment) return ExpectedMessage.Bad(noMoment);
        return new ExpectedMessage(null, id, false, expectation, dueAt);
    }

    /// <summary>What a message that the table holds expects.</summary>
    /// <returns>Null when the definition cannot read it (any more).</returns>
    public Expectation? ReadHeld(ReadOnlySpan<byte> message, FieldValues values)
    {
        if (_fields.Read(message, values) is not null) return null;
        return ReadExpectation(message, values, out var expectation) is null ? expectation : null;
    }

    private string? ReadExpectation(ReadOnlySpan<byte> message, FieldValues values, out Expectation? expectation)
    {
        expectation = null;
        if (_amount is not null)
        {
            if (_amount.Read(message, values, out var amount) is { } problem) return problem;
            expectation = new Expectation([], amount);
            return null;
        }

        return ReadElements(message, values, ref expectation);
    }

    private string? ReadElements(ReadOnlySpan<byte> message, FieldValues values, ref Expectation? expectation)
    {
        var path = _definition.Expected.Elements!;
        var listed = values.Listed;
        if (listed.Count == 0) return $"'{path}' has no value: the message expects nothing";
        var elements = new List<string>(listed.Count);
        var seen = listed.Count > 8 ? new HashSet<string>(listed.Count, StringComparer.Ordinal) : null;
        for (var i = 0; i < listed.Count; i++)
        {
            if (KeyReader.ReadText(path.Text, listed[i], message, values, out var element) is { } problem) return problem;
            if (seen?.Add(element) ?? !elements.Contains(element)) elements.Add(element);
        }

        expectation = new Expectation(elements, null);
        return null;
    }

    private string? ReadDueAt(ReadOnlySpan<byte> message, FieldValues values, out DateTimeOffset? dueAt)
    {
        dueAt = null;
        if (_at < 0 || !values[_at].Exists) return null;
        var field = _definition.Deadline!.At!.Text;
        if (KeyReader.ReadText(field, values[_at], message, values, out var text) is { } problem) return problem;
        if (!MomentText.TryParse(Encoding.UTF8.GetBytes(text), out var moment)) return $"'{field}' is {Reasons.Quote(Encoding.UTF8.GetBytes(text))}, not a moment as 2026-01-31T12:00:00Z";
        dueAt = moment;
        return null;
    }
}
