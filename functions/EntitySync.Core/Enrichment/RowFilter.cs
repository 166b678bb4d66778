using System.Collections.Immutable;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>The <c>where</c> of a relation: decided once a row, when it is prepared.</summary>
internal sealed class RowFilter(ImmutableArray<WhereCondition> conditions)
{
    private readonly Condition[] _conditions = [.. conditions.Select(condition => new Condition(condition))];

    public bool Matches(JsonElement row) => Array.TrueForAll(_conditions, condition => condition.Matches(row));

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
            if (RowFields.Find(row, _field) is not { ValueKind: not JsonValueKind.Null } found) return _takesNull;
            return PickValue.From(found) is { } value && _values.Exists(one => one.CompareTo(value) == 0);
        }
    }
}
