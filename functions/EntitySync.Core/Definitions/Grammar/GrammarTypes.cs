using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>What may stand at a place of a definition. The loader's checks and the JSON Schema both come from these.</summary>
internal abstract record GrammarType
{
    /// <summary>What is allowed, as a message says it.</summary>
    public abstract string Allowed { get; }
}

/// <summary>Text of a certain form. The pattern is anchored, and of the subset that .NET and JSON Schema (ECMA 262) read alike.</summary>
internal sealed record TextType(string Name, string Pattern, int MaxLength) : GrammarType
{
    private readonly Regex _regex = new(Pattern, RegexOptions.CultureInvariant);

    public override string Allowed => Name;

    // The length is compared since '$' also matches before a final line break.
    public bool Fits(string text) => text.Length <= MaxLength && _regex.Match(text) is { Success: true } match && match.Length == text.Length;
}

internal sealed record Word(string Text, string Description);

internal sealed record WordType(ImmutableArray<Word> Words) : GrammarType
{
    public override string Allowed => string.Join(", ", Words.Select(word => word.Text));
}

internal sealed record IntegerType(int Min, int Max) : GrammarType
{
    public override string Allowed => $"a whole number from {Min} to {Max}";
}

/// <summary>A span of time as <see cref="IsoDuration"/> reads it.</summary>
internal sealed record DurationType(TimeSpan Min, TimeSpan Max) : GrammarType
{
    public override string Allowed => $"a duration from {IsoDuration.Text(Min)} to {IsoDuration.Text(Max)} such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds)";

    public bool Fits(string text) => IsoDuration.TryParse(text) is { } duration && duration >= Min && duration <= Max;
}

internal sealed record FlagType : GrammarType
{
    public override string Allowed => "true, false";
}

/// <summary>Any value that JSON can hold.</summary>
internal sealed record ConstantType : GrammarType
{
    public override string Allowed => "a JSON value (null, true, 12.50, text, list or map)";
}

/// <summary>A value that another can be equal to.</summary>
internal sealed record ScalarType : GrammarType
{
    public override string Allowed => "text, a number, true, false or null";
}

/// <summary>A number that JSON can hold.</summary>
internal sealed record NumberType : GrammarType
{
    public override string Allowed => "a number";
}

internal sealed record ListType(GrammarType Item, int MaxItems) : GrammarType
{
    public override string Allowed => $"a list of {Item.Allowed}";
}

/// <summary>A map whose keys the author chooses.</summary>
/// <param name="Key">Form of the keys.</param>
/// <param name="Value">Of each.</param>
/// <param name="MaxEntries">Most entries; null for no bound.</param>
internal sealed record MapType(TextType Key, GrammarType Value, int? MaxEntries = null) : GrammarType
{
    public override string Allowed => $"a map of {Key.Allowed} to {Value.Allowed}";
}

/// <summary>A map with fixed keys.</summary>
/// <param name="Keys">All keys it may have.</param>
/// <param name="ExactlyOne">True when it holds one of them and no other.</param>
/// <param name="AtLeastOneOf">Keys of which at least one must be there; empty for none.</param>
/// <param name="ExactlyOneOf">Keys of which one must be there and no other, beside the rest; empty for none.</param>
/// <param name="Without">What happens when none of <paramref name="AtLeastOneOf"/> is there, as a message says it.</param>
internal sealed record ObjectType(
    ImmutableArray<GrammarKey> Keys, bool ExactlyOne = false, ImmutableArray<string> AtLeastOneOf = default, ImmutableArray<string> ExactlyOneOf = default, string Without = "") : GrammarType
{
    public IEnumerable<string> Names => Keys.Select(key => key.Name);

    public override string Allowed => $"a map with {string.Join(", ", Names)}";
}

/// <summary>One of several forms, told apart by whether a scalar, a list or a map stands there.</summary>
internal sealed record EitherType(ImmutableArray<GrammarType> Forms) : GrammarType
{
    public override string Allowed => IsOneOrMore
        ? string.Join(", ", Forms[..^1].Select(form => form.Allowed)) + ", or a list of such"
        : string.Join(" or ", Forms.Select(form => form.Allowed));

    /// <summary>True for one value or a list of such values.</summary>
    public bool IsOneOrMore => Forms[^1] is ListType many && (Forms.Length == 2 ? many.Item == Forms[0] : many.Item is EitherType either && either.Forms.SequenceEqual(Forms[..^1]));
}

/// <summary>A map of relations: the one place where the grammar contains itself.</summary>
internal sealed record RelationsType : GrammarType
{
    public override string Allowed => "a map of relation names to relations";
}

/// <param name="Name">The key.</param>
/// <param name="Type">What its value may be.</param>
/// <param name="Description">One or two sentences for the author; shown by editors.</param>
/// <param name="Example">An example as JSON text.</param>
/// <param name="Required">Whether the key must be there.</param>
/// <param name="Default">What holds without the key, as JSON text; null when nothing does.</param>
internal sealed record GrammarKey(string Name, GrammarType Type, string Description, string Example, bool Required = false, string? Default = null);
