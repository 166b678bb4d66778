using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Key and match paths of one document must agree: what one takes as a value, another cannot look into (<c>a</c> and <c>a.b</c>), and an array
/// is no object (<c>a[]</c> and <c>a.b</c>). No document could fit both, so every record would go to the dead-letter topic.
/// </summary>
/// <param name="problems">Where mistakes go.</param>
/// <param name="allowed">What may stand there, as a message says it.</param>
internal sealed class MatchPathRules(ProblemList problems, string allowed = "key and match paths that agree")
{
    private enum Kind { Value, Object, Array }

    public void Check(YamlPlace file, EntityDefinition definition) =>
        CheckDocument(file["root"]["key"], definition.Root.Key, definition.Relations, file["relations"]);

    /// <summary>The same of one document by itself.</summary>
    /// <param name="keyPlace">Where its key stands.</param>
    /// <param name="key">Its key.</param>
    /// <param name="paths">What else is read of it; null for what is not there.</param>
    public void CheckOneDocument(YamlPlace keyPlace, KeyDefinition key, IEnumerable<(YamlPlace Place, FieldPath? Path)> paths)
    {
        var nodes = new Dictionary<string, (Kind Kind, string Path)>(StringComparer.Ordinal);
        WalkAll(nodes, keyPlace, key);
        foreach (var (place, path) in paths)
        {
            if (path is not null) Walk(nodes, place, path);
        }
    }

    private void CheckDocument(YamlPlace keyPlace, KeyDefinition key, ImmutableArray<RelationDefinition> relations, YamlPlace places)
    {
        var nodes = new Dictionary<string, (Kind Kind, string Path)>(StringComparer.Ordinal);
        WalkAll(nodes, keyPlace, key);
        foreach (var relation in relations)
        {
            var place = places[relation.Name];
            WalkAll(nodes, place["match"], relation.Match);
            CheckDocument(place["key"], relation.Key, relation.Relations, place["relations"]);
        }
    }

    private void WalkAll(Dictionary<string, (Kind Kind, string Path)> nodes, YamlPlace place, KeyDefinition key)
    {
        foreach (var (columnPlace, column) in place.OneOrMore.Zip(key.Columns))
        {
            foreach (var path in column.Paths) Walk(nodes, columnPlace, path);
        }
    }

    private void Walk(Dictionary<string, (Kind Kind, string Path)> nodes, YamlPlace place, FieldPath path)
    {
        var name = "";
        for (var index = 0; index < path.Steps.Length; index++)
        {
            var step = path.Steps[index];
            var isLast = index == path.Steps.Length - 1;
            name = name.Length == 0 ? step.Name : $"{name}.{step.Name}";
            if (step.EachElement && !Agrees(nodes, place, path, name, Kind.Array)) return;
            if (step.EachElement) name += "[]";
            if (!Agrees(nodes, place, path, name, isLast ? Kind.Value : Kind.Object)) return;
        }
    }

    private bool Agrees(Dictionary<string, (Kind Kind, string Path)> nodes, YamlPlace place, FieldPath path, string name, Kind kind)
    {
        if (nodes.TryAdd(name, (kind, path.Text)) || nodes[name].Kind == kind) return true;
        var (other, otherPath) = nodes[name];
        problems.Add(
            place,
            "no document can fit both paths",
            $"{YamlScalar.Quote(path.Text)} takes {YamlScalar.Quote(name)} as {Word(kind)}, {YamlScalar.Quote(otherPath)} as {Word(other)}",
            allowed);
        return false;
    }

    private static string Word(Kind kind) => kind switch { Kind.Value => "a value", Kind.Object => "an object", _ => "an array" };
}
