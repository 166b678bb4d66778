using System.Collections.Immutable;

namespace EntitySync.Core.Definitions.Yaml;

/// <summary>A place in the definition and the node that stands there, if any. Reads never fail: what does not fit reads as nothing, since the grammar check reports it.</summary>
/// <param name="Node">The node; null when the key is absent.</param>
/// <param name="Mark">Position of the node, or of the map that lacks it.</param>
/// <param name="Path">Path as messages show it.</param>
internal readonly record struct YamlPlace(YamlNode? Node, YamlMark Mark, string Path)
{
    public static YamlPlace Root(YamlNode node) => new(node, node.Mark, "");

    public bool Exists => Node is not null;

    public YamlPlace this[string key] => Node is YamlMap map && map.Find(key) is { } value
        ? new YamlPlace(value, value.Mark, JoinPath(Path, key))
        : new YamlPlace(null, Mark, JoinPath(Path, key));

    public string? Text => Node is YamlScalar { Kind: ScalarKind.Text } scalar ? scalar.Text : null;

    public int? Integer => Node is YamlScalar { Kind: ScalarKind.Integer } scalar && int.TryParse(scalar.Text, out var number) ? number : null;

    public bool IsTrue => Node is YamlScalar { Kind: ScalarKind.Flag } scalar && CoreScalars.IsTrue(scalar.Text);

    public IEnumerable<YamlPlace> Items
    {
        get
        {
            var path = Path;
            return Node is YamlList list ? list.Items.Select((item, index) => new YamlPlace(item, item.Mark, $"{path}[{index}]")) : [];
        }
    }

    /// <summary>A single value reads as a list of one, as the grammar allows for <c>key</c> and <c>match</c>.</summary>
    public IEnumerable<YamlPlace> OneOrMore => Node is YamlScalar or YamlMap ? [this] : Items;

    /// <summary>The place of a key itself; of what stands behind it when it is not there.</summary>
    public YamlPlace OfKey(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key) is { } found ? new YamlPlace(found.Key, found.Key.Mark, JoinPath(Path, key)) : this[key];

    public ImmutableArray<YamlEntry> Entries => Node is YamlMap map ? map.Entries : [];

    public static string JoinPath(string path, string key) => path.Length == 0 ? Short(key) : path + "." + Short(key);

    private static string Short(string key) => key.Length <= 60 && !key.Any(char.IsControl) ? key : YamlScalar.Quote(key);
}
