using System.Globalization;
using System.Text;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Where a value stands in a document: a field, or an element of an array, below another place. Spelled out only for an error: below a long name the text would cost its
/// length for each of many values.
/// </summary>
/// <param name="above">The object or array around it; null at the top.</param>
/// <param name="name">Name of the field; null for an element.</param>
/// <param name="index">Index of the element.</param>
internal sealed class ValuePlace(ValuePlace? above, string? name, int index = 0)
{
    private const int Longest = 200;

    private readonly ValuePlace? _above = above;
    private readonly string _step = name ?? "";
    private readonly int _index = name is null ? index : -1;

    /// <summary>For instance <c>a.b[1]</c>; empty at the top, cut when it is long.</summary>
    public static string Of(ValuePlace? place) => place?.ToString() ?? "";

    public override string ToString()
    {
        var steps = new Stack<ValuePlace>();
        for (var place = this; place is not null; place = place._above) steps.Push(place);
        var text = new StringBuilder();
        while (text.Length <= Longest && steps.TryPop(out var step)) step.Append(text);
        return text.Length <= Longest ? text.ToString() : $"{text.ToString(0, char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)}…";
    }

    private void Append(StringBuilder text)
    {
        if (_index >= 0) text.Append(CultureInfo.InvariantCulture, $"[{_index}]");
        else text.Append(text.Length == 0 ? "" : ".").Append(_step.AsSpan(0, Math.Min(_step.Length, Longest + 1)));
    }
}
