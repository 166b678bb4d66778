using System.Collections.Immutable;

namespace EntitySync.Core.Definitions.Yaml;

/// <summary>Line and column in the file, both from 1.</summary>
internal readonly record struct YamlMark(int Line, int Column);

/// <summary>A node of a definition file that knows where it stands.</summary>
internal abstract class YamlNode(YamlMark mark)
{
    public YamlMark Mark { get; } = mark;

    /// <summary>The node as a message shows it.</summary>
    public abstract string Shown { get; }
}

/// <summary>A node whose problem is reported already; fits everywhere, so that no second problem follows from it.</summary>
internal sealed class YamlReported(YamlMark mark) : YamlNode(mark)
{
    public override string Shown => "a refused value";
}

internal sealed class YamlScalar(YamlMark mark, string text, bool quoted) : YamlNode(mark)
{
    public string Text { get; } = text;

    public ScalarKind Kind { get; } = quoted ? ScalarKind.Text : CoreScalars.KindOf(text);

    public override string Shown => Kind == ScalarKind.Null ? "nothing" : Quote(Text);

    /// <summary>Quoted, control characters as dots, cut after 60 characters: a message stays one line.</summary>
    public static string Quote(string text)
    {
        const int Longest = 60;
        var end = text.Length <= Longest ? text.Length : char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        var visible = string.Concat(text[..end].Select(character => char.IsControl(character) ? '\u00b7' : character));
        return end < text.Length ? $"'{visible}...'" : $"'{visible}'";
    }
}

internal sealed class YamlList(YamlMark mark, ImmutableArray<YamlNode> items) : YamlNode(mark)
{
    public ImmutableArray<YamlNode> Items { get; } = items;

    public override string Shown => Items.IsEmpty ? "an empty list" : "a list";
}

/// <summary>Entries in the order of the file, keys distinct.</summary>
internal sealed class YamlMap(YamlMark mark, ImmutableArray<YamlEntry> entries) : YamlNode(mark)
{
    private readonly Dictionary<string, YamlNode> _values = entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value, StringComparer.Ordinal);

    public ImmutableArray<YamlEntry> Entries { get; } = entries;

    public override string Shown => Entries.IsEmpty ? "an empty map" : "a map";

    public YamlNode? Find(string key) => _values.GetValueOrDefault(key);
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
