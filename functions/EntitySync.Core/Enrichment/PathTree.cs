using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>What the definition expects of one value of the root: a key or match value, an object to look into, or an array of such.</summary>
internal sealed class PathNode(string path)
{
    /// <summary>The path as the definition writes it, for reasons.</summary>
    public string Path { get; } = path;

    /// <summary>True when the value is the root's whole key.</summary>
    public bool IsRootKey { get; set; }

    /// <summary>Relations whose match value is this value as it stands.</summary>
    public List<int> Relations { get; } = [];

    /// <summary>True when some relation reads the value.</summary>
    public bool IsMatch { get; set; }

    /// <summary>Where the value is left for the keys that are composed of it; -1 when there are none.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>With <see cref="Slot"/>: counts the elements of the last array on the way here; -1 without array.</summary>
    public int SlotCounter { get; set; } = -1;

    /// <summary>Of the element of an array: what counts the elements; -1 when nobody asks.</summary>
    public int Counter { get; set; } = -1;

    /// <summary>True for the elements of an array.</summary>
    public bool IsElement { get; private init; }

    public PropertyTable? Properties { get; private set; }

    public PathNode? Element { get; private set; }

    public bool IsScalar => IsRootKey || Relations.Count > 0 || Slot >= 0;

    /// <summary>True when two paths of the definition cannot both hold, such as <c>a</c> and <c>a.b</c>.</summary>
    public bool IsContradiction => (IsScalar ? 1 : 0) + (Properties is null ? 0 : 1) + (Element is null ? 0 : 1) > 1;

    /// <summary>The properties to look for in this object.</summary>
    public PropertyTable Look() => Properties ??= new PropertyTable();

    /// <summary>The node at the end of <paramref name="path"/> below this object; every node on the way is reported to <paramref name="visit"/>.</summary>
    public PathNode Reach(FieldPath path, Action<PathNode> visit)
    {
        var node = this;
        foreach (var step in path.Steps)
        {
            var property = node.Look().GetOrAdd(step.Name);
            node = property.Node ??= new PathNode(node.Path.Length == 0 ? step.Name : $"{node.Path}.{step.Name}");
            if (step.EachElement) node = node.Element ??= new PathNode(node.Path + "[]") { IsElement = true };
            visit(node);
        }

        return node;
    }
}

/// <summary>A property the definition is interested in.</summary>
internal sealed class PropertyEntry(string name, int index)
{
    public string Text { get; } = name;

    public byte[] Name { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>Place in its table, for the "seen twice" bits.</summary>
    public int Index { get; } = index;

    /// <summary>What is to be read from its value; null when it is only overwritten.</summary>
    public PathNode? Node { get; set; }

    /// <summary>Index of the target field of that name, at the top level; -1 otherwise.</summary>
    public int Target { get; set; } = -1;

    /// <summary>Marks the property in its table's set of those that an object has had.</summary>
    /// <returns>False when it was there already.</returns>
    public bool IsFirst(Span<ulong> seen)
    {
        ref var word = ref seen[Index >> 6];
        var bit = 1UL << (Index & 63);
        if ((word & bit) != 0) return false;
        word |= bit;
        return true;
    }
}

/// <summary>The interesting properties of one object, found by the bytes of their names. Read-only once the enricher is compiled.</summary>
internal sealed class PropertyTable
{
    private readonly List<PropertyEntry> _all = [];
    private PropertyEntry[][] _byLength = [];

    /// <summary>Words of a bit set over the entries.</summary>
    public int SeenWords() => (_all.Count + 63) / 64;

    public PropertyEntry GetOrAdd(string name)
    {
        if (_all.Find(entry => entry.Text == name) is { } found) return found;
        var added = new PropertyEntry(name, _all.Count);
        _all.Add(added);
        _byLength = [.. Enumerable.Range(0, _all.Max(entry => entry.Name.Length) + 1).Select(length => _all.Where(entry => entry.Name.Length == length).ToArray())];
        return added;
    }

    /// <summary>The entry of the property name the reader stands on; null when nobody asks for it.</summary>
    public PropertyEntry? Find(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped) return FindEscaped(ref reader);
        var name = reader.ValueSpan;
        if (name.Length >= _byLength.Length) return null;
        foreach (var entry in _byLength[name.Length])
        {
            if (name.SequenceEqual(entry.Name)) return entry;
        }

        return null;
    }

    private PropertyEntry? FindEscaped(ref Utf8JsonReader reader)
    {
        foreach (var entry in _all)
        {
            try
            {
                if (reader.ValueTextEquals(entry.Name)) return entry;
            }
            catch (InvalidOperationException)
            {
                return null; // half a surrogate pair: valid JSON, but no text and so no name a definition can hold
            }
        }

        return null;
    }
}
