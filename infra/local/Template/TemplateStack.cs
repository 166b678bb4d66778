using System.Text.Json.Nodes;

namespace EntitySync.Local.Template;

/// <summary>A template and the nested ones that it names, each with the values of its parameters.</summary>
internal sealed class TemplateStack
{
    private readonly Dictionary<string, TemplateStack> _nested = new(StringComparer.Ordinal);

    /// <param name="path">The template's file.</param>
    /// <param name="root">What is in it.</param>
    /// <param name="parameters">Values of its parameters; defaults for the others.</param>
    /// <param name="instead">Text of nested templates in place of their files, by their TemplateURL.</param>
    public TemplateStack(string path, JsonObject root, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> instead)
    {
        (FilePath, Root) = (path, root);
        Declared = root["Resources"] as JsonObject ?? throw new InvalidDataException($"{path} has no Resources.");
        Values = new TemplateValues(root, parameters, Output);

        // A stack whose parameters come from another's outputs stands behind it, as CloudFormation makes them.
        foreach (var (id, resource) in Declared)
        {
            if (resource?["Type"]?.ToString() == "AWS::CloudFormation::Stack" && Values.Text(resource["Properties"]?["TemplateURL"]) is { } url && !url.Contains("://", StringComparison.Ordinal))
                _nested[id] = Nested(url, resource["Properties"]!["Parameters"] as JsonObject ?? [], instead);
        }
    }

    public string FilePath { get; }

    public JsonObject Root { get; }

    /// <summary>Its resources.</summary>
    public JsonObject Declared { get; }

    public TemplateValues Values { get; }

    /// <summary>This one, then the nested ones in the order of the file.</summary>
    public IEnumerable<TemplateStack> All => _nested.Values.SelectMany(stack => stack.All).Prepend(this);

    private TemplateStack Nested(string url, JsonObject parameters, IReadOnlyDictionary<string, string> instead)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(FilePath))!, url);
        var root = instead.TryGetValue(url, out var text) ? TemplateReader.Read(new StringReader(text), url) : TemplateReader.Read(path);
        return new TemplateStack(path, root, parameters.ToDictionary(pair => pair.Key, pair => Given(pair.Value), StringComparer.Ordinal), instead);
    }

    // A list parameter is given as its items with commas between them.
    private string Given(JsonNode? value) => Values.Resolve(value) switch
    {
        JsonArray list => string.Join(',', list.Select(item => item!.ToString())),
        { } text => text.ToString(),
        null => "",
    };

    private string? Output(string stack, string name) =>
        _nested.TryGetValue(stack, out var nested) && nested.Root["Outputs"]?[name]?["Value"] is { } value ? nested.Values.Text(value) : null;
}
