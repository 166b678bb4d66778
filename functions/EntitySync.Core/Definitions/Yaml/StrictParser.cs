using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EntitySync.Core.Definitions.Yaml;

/// <summary>YamlDotNet's parser with one kind of failure: it answers some broken flow lists and quotes with exceptions that carry no position.</summary>
internal sealed class StrictParser : IParser
{
    private readonly Scanner _scanner;
    private readonly Parser _parser;

    public StrictParser(string text)
    {
        _scanner = new Scanner(new StringReader(text), skipComments: true);
        _parser = new Parser(_scanner);
    }

    public ParsingEvent? Current => _parser.Current;

    /// <exception cref="YamlException">The text is not YAML.</exception>
    public bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            var position = _scanner.CurrentPosition;
            throw new YamlException(position, position, "While scanning a value, found text that does not fit here", exception);
        }
    }
}
