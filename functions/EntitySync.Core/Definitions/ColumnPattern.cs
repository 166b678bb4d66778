namespace EntitySync.Core.Definitions;

/// <summary>What is known of a key column's texts before any document: how they begin and end, the fixed text in them, and the case of their letters.</summary>
internal sealed record ColumnPattern(string Prefix, string Suffix, IReadOnlyList<string> Fixed, LetterCase Case)
{
    public static ColumnPattern Of(KeyColumn column)
    {
        var parts = column.Parts.Select(part => part.Path is null ? Fold(part.Text, column.Case) : null).ToList();
        return new ColumnPattern(parts[0] ?? "", parts[^1] ?? "", [.. parts.OfType<string>()], column.Case);
    }

    /// <summary>Why no text is of both patterns; null when one may be.</summary>
    public string? Difference(ColumnPattern other)
    {
        if ((Case, other.Case) is (LetterCase.Lower, LetterCase.Upper) or (LetterCase.Upper, LetterCase.Lower)) return "lower case against upper case";
        if (!Prefix.StartsWith(other.Prefix, StringComparison.Ordinal) && !other.Prefix.StartsWith(Prefix, StringComparison.Ordinal)) return "different text at the beginning";
        if (!Suffix.EndsWith(other.Suffix, StringComparison.Ordinal) && !other.Suffix.EndsWith(Suffix, StringComparison.Ordinal)) return "different text at the end";
        return HasOtherCase(other) || other.HasOtherCase(this) ? "fixed text in another case" : null;
    }

    /// <summary>Whether <paramref name="text"/> may be a value of the column.</summary>
    public bool Fits(string text) =>
        Fold(text, Case) == text && text.Length >= Fixed.Sum(part => part.Length) && text.StartsWith(Prefix, StringComparison.Ordinal) && text.EndsWith(Suffix, StringComparison.Ordinal)
        && Fixed.All(part => text.Contains(part, StringComparison.Ordinal));

    private bool HasOtherCase(ColumnPattern other) => Fixed.Any(text => Fold(text, other.Case) != text);

    private static string Fold(string text, LetterCase letterCase) => letterCase switch
    {
        LetterCase.Lower => text.ToLowerInvariant(),
        LetterCase.Upper => text.ToUpperInvariant(),
        _ => text,
    };
}
