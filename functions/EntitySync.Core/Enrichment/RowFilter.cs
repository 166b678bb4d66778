using System.Collections.Immutable;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>The <c>where</c> of a relation: decided once a row, when it is prepared.</summary>
internal sealed class RowFilter(ImmutableArray<WhereCondition> conditions)
{
    private readonly Condition[] _conditions = [.. conditions.Select(condition => new Condition(condition))];

    public bool Matches(JsonElement row) => Array.TrueForAll(_conditions, condition => condition.Matches(row));

    /// <summary>The fields of the conditions, in their order.</summary>
    public ImmutableArray<FieldPath> Fields { get; } = [.. conditions.Select(condition => condition.Field)];

    /// <summary>Decides one condition by a value that somebody else has read.</summary>
    /// <param name="condition">Index into <see cref="Fields"/>.</param>
    /// <param name="isNull">True when the field is null or absent.</param>
    /// <param name="value">The value; null for what cannot be compared.</param>
    public bool Matches(int condition, bool isNull, PickValue? value) => _conditions[condition].Matches(isNull, value);

    /// <summary>As <see cref="Matches(int, bool, PickValue?)"/>, of a text (UTF-8, unescaped).</summary>
    public bool MatchesText(int condition, ReadOnlySpan<byte> text) => _conditions[condition].MatchesText(text);

    private sealed class Condition
    {
        private readonly FieldPath _field;
        private readonly List<PickValue> _values = [];
        private readonly bool _takesNull;

        public Condition(WhereCondition condition)
        {
            _field = condition.Field;
            foreach (var json in condition.Values)
            {
                using var document = JsonDocument.Parse(json.AsMemory());
                if (document.RootElement.ValueKind == JsonValueKind.Null) _takesNull = true;
                else if (PickValue.From(document.RootElement) is { } value) _values.Add(value);
            }
        }

        public bool Matches(JsonElement row)
        {
            var found = RowFields.Find(row, _field) is { ValueKind: not JsonValueKind.Null } element ? element : (JsonElement?)null;
            return Matches(found is null, found is { } value ? PickValue.From(value) : null);
        }

        public bool MatchesText(ReadOnlySpan<byte> text)
        {
            foreach (var value in _values)
            {
                if (value.IsText(text)) return true;
            }

            return false;
        }

        public bool Matches(bool isNull, PickValue? value) => isNull ? _takesNull : value is not null && _values.Exists(one => one.CompareTo(value) == 0);
    }
}
