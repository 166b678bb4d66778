using System.Collections.Immutable;
using System.Text;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Where the value of a key comes from: one column, or several of a composite key. The value of one column is its text (a number as it stands in the document);
/// that of several is the JSON array of their texts, each a JSON string: <c>["acme","lib"]</c>. A column without value, or null, means that there is no key.
/// </summary>
/// <param name="Columns">In the order of the definition; none for a stream root whose definition names no key.</param>
public sealed record KeyDefinition(ImmutableArray<KeyColumn> Columns)
{
    /// <summary>Of a root whose record key is taken as it is, whatever the document says.</summary>
    public static KeyDefinition None { get; } = new([]);

    /// <summary>The path of a key of one column that is a field as it stands; null for anything else.</summary>
    public FieldPath? Path => Columns is [{ Path: { } path }] ? path : null;

    /// <summary>All fields the key is made of.</summary>
    public IEnumerable<FieldPath> Paths => Columns.SelectMany(column => column.Paths);

    /// <summary>True when a document may have several such keys.</summary>
    public bool IsMany => Paths.Any(path => path.IsMany);

    public static KeyDefinition Of(params ReadOnlySpan<FieldPath> paths)
    {
        var columns = ImmutableArray.CreateBuilder<KeyColumn>(paths.Length);
        foreach (var path in paths) columns.Add(KeyColumn.Of(path));
        return new KeyDefinition(columns.MoveToImmutable());
    }

    public bool Equals(KeyDefinition? other) => other is not null && Columns.SequenceEqual(other.Columns);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As the definition writes it.</summary>
    public override string ToString() => Columns is [var one] ? one.ToString() : $"[{string.Join(", ", Columns)}]";
}

public enum LetterCase
{
    AsIs,

    /// <summary>Rune by rune as <see cref="Rune.ToLowerInvariant"/> does.</summary>
    Lower,

    /// <summary>Rune by rune as <see cref="Rune.ToUpperInvariant"/> does.</summary>
    Upper,
}

/// <summary>A piece of a computed column: a field, or text between fields.</summary>
/// <param name="Path">The field; null for text.</param>
/// <param name="Text">The text; empty for a field.</param>
public readonly record struct KeyPart(FieldPath? Path, string Text);

/// <summary>One column of a key: a field as it stands, or text computed of several (<c>{owner}/{name}</c>) and of their letters' case.</summary>
public sealed record KeyColumn(ImmutableArray<KeyPart> Parts, LetterCase Case)
{
    /// <summary>The field of a column that is not computed; else null.</summary>
    public FieldPath? Path => Case == LetterCase.AsIs && Parts is [{ Path: { } path }] ? path : null;

    public IEnumerable<FieldPath> Paths => Parts.Select(part => part.Path).OfType<FieldPath>();

    public static KeyColumn Of(FieldPath path) => new([new KeyPart(path, "")], LetterCase.AsIs);

    /// <summary>Parses <c>{path}</c> and text around it; <c>{{</c> and <c>}}</c> are braces. Null when a brace has no partner, a path is none, or there is no path.</summary>
    public static KeyColumn? TryParseTemplate(string template, LetterCase letterCase)
    {
        var parts = ImmutableArray.CreateBuilder<KeyPart>();
        var text = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] is not ('{' or '}'))
            {
                text.Append(template[i]);
                continue;
            }

            if (i + 1 < template.Length && template[i + 1] == template[i])
            {
                text.Append(template[i++]);
                continue;
            }

            var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0 || FieldPath.TryParse(template[(i + 1)..end]) is not { } path) return null;
            if (text.Length > 0) parts.Add(new KeyPart(null, text.ToString()));
            text.Clear();
            parts.Add(new KeyPart(path, ""));
            i = end;
        }

        if (text.Length > 0) parts.Add(new KeyPart(null, text.ToString()));
        return parts.Any(part => part.Path is not null) ? new KeyColumn(parts.ToImmutable(), letterCase) : null;
    }

    public bool Equals(KeyColumn? other) => other is not null && Case == other.Case && Parts.SequenceEqual(other.Parts);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Path is { } path ? path.Text : $"{{ template: \"{string.Concat(Parts.Select(Text))}\"{CaseText} }}";

    private string CaseText => Case == LetterCase.AsIs ? "" : $", case: {Case.ToString().ToLowerInvariant()}";

    private static string Text(KeyPart part) =>
        part.Path is { } path ? $"{{{path}}}" : part.Text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
