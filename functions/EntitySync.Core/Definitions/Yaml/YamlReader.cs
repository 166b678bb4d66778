using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EntitySync.Core.Definitions.Yaml;

/// <summary>
/// Reads one YAML document into nodes with positions. Anchors, aliases and tags are refused, so a file is never larger in memory than
/// on disk; nesting is bounded, so a reader of the nodes may recurse.
/// </summary>
internal sealed class YamlReader
{
    public const int DeepestNesting = 32;

    private readonly ProblemList _problems;
    private readonly string[] _lines;
    private readonly StrictParser _parser;

    private YamlReader(string text, ProblemList problems)
    {
        _problems = problems;
        _lines = text.Split('\n');
        _parser = new StrictParser(text);
    }

    /// <returns>The document's root; null when it cannot be read, with the reason in <paramref name="problems"/>.</returns>
    public static YamlNode? Read(string text, ProblemList problems)
    {
        var reader = new YamlReader(text, problems);
        try
        {
            return reader.ReadStream();
        }
        catch (YamlException exception)
        {
            reader.AddSyntaxProblem(exception);
            return null;
        }
        catch (TooDeepException tooDeep)
        {
            problems.Add(tooDeep.Mark, tooDeep.Path, "", $"more than {DeepestNesting} levels of nesting", $"at most {DeepestNesting}");
            return null;
        }
    }

    private YamlNode? ReadStream()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            _problems.Add(new YamlMark(1, 1), "", "", "an empty file", "a definition (see README.md beside the definitions)");
            return null;
        }

        var root = ReadNode("", 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
            _problems.Add(MarkOf(second), "", "several documents in one file", "a second '---'", "one definition a file");
        return root;
    }

    private YamlNode ReadNode(string path, int depth)
    {
        var current = _parser.Consume<ParsingEvent>();
        var mark = MarkOf(current);
        if (depth > DeepestNesting) throw new TooDeepException(mark, path);
        if (current is AnchorAlias alias)
        {
            _problems.Add(mark, path, "anchors and aliases are not supported", YamlScalar.Quote("*" + alias.Value), "the value written out");
            return new YamlReported(mark);
        }

        if (current is not NodeEvent node) throw new SemanticErrorException(current.Start, current.End, "a value is missing");
        RefuseDecoration(node, mark, path);
        return node switch
        {
            Scalar scalar => ReadScalar(scalar, mark, path),
            SequenceStart => ReadList(mark, path, depth),
            _ => ReadMap(mark, path, depth),
        };
    }

    private void RefuseDecoration(NodeEvent node, YamlMark mark, string path)
    {
        if (!node.Anchor.IsEmpty)
            _problems.Add(mark, path, "anchors and aliases are not supported", YamlScalar.Quote("&" + node.Anchor.Value), "the value without an anchor");
        if (!node.Tag.IsEmpty)
            _problems.Add(mark, path, "tags are not supported", YamlScalar.Quote(node.Tag.IsNonSpecific ? "!" : node.Tag.Value), "the value without a tag (quote it when it is text)");
    }

    private YamlNode ReadScalar(Scalar scalar, YamlMark mark, string path)
    {
        if (IsUnicode(scalar.Value)) return new YamlScalar(mark, scalar.Value, scalar.Style != ScalarStyle.Plain);
        _problems.Add(mark, path, "not valid Unicode", "half of a surrogate pair", "whole characters");
        return new YamlReported(mark);
    }

    private YamlList ReadList(YamlMark mark, string path, int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode($"{path}[{items.Count}]", depth + 1));
        return new YamlList(mark, items.ToImmutable());
    }

    private YamlMap ReadMap(YamlMark mark, string path, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var firstMarks = new Dictionary<string, YamlMark>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var keyNode = ReadNode(path, depth + 1);
            var key = keyNode as YamlScalar;
            var value = ReadNode(key is null ? path : YamlPlace.JoinPath(path, key.Text), depth + 1);
            if (key is null)
            {
                if (keyNode is not YamlReported) _problems.Add(keyNode.Mark, path, "a key must be text", keyNode.Shown, "a name");
            }
            else if (firstMarks.TryAdd(key.Text, key.Mark))
            {
                entries.Add(new YamlEntry(key, value));
            }
            else
            {
                _problems.Add(key.Mark, YamlPlace.JoinPath(path, key.Text), "duplicate key", $"{YamlScalar.Quote(key.Text)} again", $"each key once (first in line {firstMarks[key.Text].Line})");
            }
        }

        return new YamlMap(mark, entries.ToImmutable());
    }

    private void AddSyntaxProblem(YamlException exception)
    {
        var mark = new YamlMark(ToInt(exception.Start.Line), ToInt(exception.Start.Column));
        if (FindTab(mark.Line, exception) is { } tab)
            _problems.Add(tab, "", "not YAML", "a tab in the indentation", "spaces");
        else
            _problems.Add(mark, "", "not YAML", LineAt(mark.Line).Trim() is { Length: > 0 } line ? YamlScalar.Quote(line) : "nothing", "YAML 1.2; the parser says: " + exception.Message.TrimEnd('.'));
    }

    // The parser names the line of the tab, or speaks of a tab and names the line where the map around it starts.
    private YamlMark? FindTab(int line, YamlException exception)
    {
        var last = exception.Message.Contains("tab", StringComparison.OrdinalIgnoreCase) ? _lines.Length : line;
        for (; line <= last; line++)
        {
            var column = LineAt(line).AsSpan().IndexOfAnyExcept(' ');
            if (column >= 0 && LineAt(line)[column] == '\t') return new YamlMark(line, column + 1);
        }

        return null;
    }

    private string LineAt(int line) => line <= _lines.Length ? _lines[line - 1] : "";

    private static YamlMark MarkOf(ParsingEvent parsed) => new(ToInt(parsed.Start.Line), ToInt(parsed.Start.Column));

    private static int ToInt(long number) => (int)Math.Min(number, int.MaxValue);

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }

    /// <summary>Leaves the recursion; never passes <see cref="Read"/>.</summary>
    private sealed class TooDeepException(YamlMark mark, string path) : Exception
    {
        public YamlMark Mark { get; } = mark;

        public string Path { get; } = path;
    }
}
