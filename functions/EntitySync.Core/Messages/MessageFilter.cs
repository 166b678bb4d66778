using System.Collections.Immutable;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Messages;

/// <summary>Decides whether what a <see cref="FieldReader"/> found in a message fulfils all conditions; without one it does. Immutable, thread-safe.</summary>
/// <param name="conditions">Their fields are among those of <paramref name="fields"/>.</param>
/// <param name="fields">Reads the messages.</param>
internal sealed class MessageFilter(ImmutableArray<WhereCondition> conditions, FieldReader fields)
{
    private readonly RowFilter _filter = new(conditions);
    private readonly int[] _fields = [.. conditions.Select(condition => fields.IndexOf(condition.Field))];

    public bool Matches(ReadOnlySpan<byte> message, FieldValues values)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!Matches(i, values[_fields[i]], message, values)) return false;
        }

        return true;
    }

    private bool Matches(int condition, in FieldValue value, ReadOnlySpan<byte> message, FieldValues values)
    {
        if (!value.Exists) return _filter.Matches(condition, true, null);
        try
        {
            var text = value.Text(message, values.Scratch);
            return value.Token == JsonTokenType.String ? _filter.MatchesText(condition, text) : _filter.Matches(condition, false, PickValue.From(value.Token, text));
        }
        catch (InvalidOperationException)
        {
            return false; // half a surrogate pair equals nothing that a definition says
        }
    }
}
