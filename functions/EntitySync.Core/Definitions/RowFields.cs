using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What a field of a row holds.</summary>
internal enum FieldNature
{
    /// <summary>The newest value.</summary>
    Value,

    /// <summary>A number that events add to.</summary>
    Sum,

    /// <summary>A list that events add to.</summary>
    List,
}

/// <summary>The fields that the rules of a read model write. Each holds one kind of thing, whichever topic it comes from.</summary>
internal sealed class RowFields(ProblemList problems)
{
    private readonly Dictionary<string, (FieldNature Nature, string Path)> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ofRule = new(StringComparer.Ordinal);
    private string _rule = "";

    public int Count => _fields.Count;

    public static string Word(FieldNature nature) => nature switch
    {
        FieldNature.Value => "which is replaced or set",
        FieldNature.Sum => "which is a sum that is incremented",
        _ => "which is a list that is appended to",
    };

    /// <summary>Null for a field that nothing writes.</summary>
    public FieldNature? KindOf(string field) => _fields.TryGetValue(field, out var found) ? found.Nature : null;

    /// <summary>Notes a change and reports what it contradicts.</summary>
    /// <param name="key">The field's name in the file.</param>
    /// <param name="how">Key of the map it stands in, e.g. <c>set</c>.</param>
    /// <param name="change">What stands behind it.</param>
    /// <param name="rule">The rule it belongs to; its changes come one after the other.</param>
    public void Add(YamlScalar key, string how, YamlPlace change, YamlPlace rule)
    {
        if (_rule != rule.Path) _ofRule.Clear();
        _rule = rule.Path;
        if (!_ofRule.TryAdd(key.Text, how))
        {
            problems.Add(key.Mark, change.Path, "one event would change a field twice", $"{YamlScalar.Quote(key.Text)} in {how} and in {_ofRule[key.Text]}", "each field once in an entry");
            return;
        }

        var nature = how switch { "increment" => FieldNature.Sum, "append" => FieldNature.List, _ => FieldNature.Value };
        if (!_fields.TryAdd(key.Text, (nature, change.Path)) && _fields[key.Text].Nature != nature)
            problems.Add(key.Mark, change.Path, "a field holds a value, a sum or a list", $"{YamlScalar.Quote(key.Text)} in {how}, and in {_fields[key.Text].Path}", "another field for one of them");
        if (how == "append") RefuseTwice(change["fields"]);
    }

    /// <summary>A name of a field that nothing writes.</summary>
    public void AddUnknown(YamlScalar name, string path) => problems.AddUnknownName(name, path, "no event writes the field", _fields.Keys);

    private void RefuseTwice(YamlPlace fields)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.Items.Where(field => field.Text is { } name && !seen.Add(name)))
            problems.Add(field, "a field is written twice", YamlScalar.Quote(field.Text!), "each field once");
    }
}
