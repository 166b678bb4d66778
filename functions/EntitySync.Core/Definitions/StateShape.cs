using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Definitions;

/// <summary>
/// The parts of a definition that the state of its join topology depends on, as one line of JSON: an object whose keys say what is kept and where in the
/// definition it comes from, and whose values say what it was made of. A place that stands in two shapes with different values makes them incompatible;
/// a place in one of them only does not, for the other keeps no such state.
/// <list type="bullet">
/// <item><c>root PLACE</c>: entities and the tasks' notes. A stream without shuffle relation keeps none, and has its kind only.</item>
/// <item><c>rows PLACE</c>: rows of a shuffle relation under their join column, questions and answers.</item>
/// <item><c>joined PLACE</c>: joined rows of a relation with relations of its own.</item>
/// <item><c>part NAME</c>: topic that leads a part. The join host commits one position for a topic, so a new part does not see what another has read of it.</item>
/// </list>
/// </summary>
public static class StateShape
{
    internal const string Root = "root ";
    internal const string Rows = "rows ";
    internal const string Joined = "joined ";
    internal const string Part = "part ";
    internal const string Entity = "entity";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The shape of <paramref name="definition"/>: the same text for the same shape.</summary>
    public static string Of(EntityDefinition definition)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartObject();
            foreach (var (place, value) in Places(definition)) json.WriteString(place, value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>What makes state of shape <paramref name="before"/> unusable for one of shape <paramref name="now"/>; empty when it can be gone on with.</summary>
    /// <exception cref="FormatException">One of them is no shape.</exception>
    public static ImmutableArray<DefinitionChange> Compare(string before, string now) => StateShapeComparison.Compare(Read(before), Read(now));

    internal static SortedDictionary<string, string> Places(EntityDefinition definition)
    {
        var places = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Entity] = definition.Entity };
        AddRoot(places, definition);
        AddRelations(places, definition, definition.Entity, "relations");
        return places;
    }

    private static void AddRoot(SortedDictionary<string, string> places, EntityDefinition definition)
    {
        var root = definition.Root;
        places[Root + "root.kind"] = Word(root.Kind);
        places[Part + definition.Entity] = root.Format == DocumentFormat.Debezium ? definition.RekeyedRootTopic() : root.Topic;
        if (root.Format == DocumentFormat.Debezium) places[Part + definition.Entity + "-intake"] = root.Topic;
        if (root.Kind == RootKind.Stream && definition.Relations.All(relation => relation.Strategy != Strategy.Shuffle)) return;
        places[Root + "root.topic"] = root.Topic;
        places[Root + "root.format"] = Word(root.Format);
        places[Root + "root.key"] = root.Key.ToString();
    }

    private static void AddRelations(SortedDictionary<string, string> places, EntityDefinition node, string prefix, string parent)
    {
        foreach (var relation in node.Relations)
        {
            var path = $"{parent}.{relation.Name}";
            var name = $"{prefix}-{relation.Name}";
            var isNested = relation.Relations.Length > 0;
            if (relation.Strategy == Strategy.Shuffle)
            {
                // Joined rows are plain JSON in an internal topic.
                var from = isNested ? name + "-joined" : relation.From;
                places[Rows + path + ".from"] = from;
                places[Rows + path + ".format"] = Word(isNested ? DocumentFormat.Json : relation.Format);
                places[Rows + path + ".key"] = relation.Key.ToString();
                places[Part + name + "-rekey"] = from;
            }

            if (!isNested) continue;
            places[Joined + path + ".from"] = relation.From;
            places[Joined + path + ".format"] = Word(relation.Format);
            places[Part + name] = relation.From;
            AddRelations(places, node with { Relations = relation.Relations }, name, path + ".relations");
        }
    }

    private static SortedDictionary<string, string> Read(string shape)
    {
        try
        {
            using var document = JsonDocument.Parse(shape);
            var places = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var place in document.RootElement.EnumerateObject()) places[place.Name] = place.Value.GetString() ?? throw new FormatException($"The shape's '{place.Name}' is null.");
            return places.ContainsKey(Entity) && places.ContainsKey(Root + "root.kind") ? places : throw new FormatException("The shape names no entity, or not its kind.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"Not the shape of a definition's state: {exception.Message}", exception);
        }
    }

    private static string Word<T>(T value)
        where T : struct => $"{value}".ToLowerInvariant();
}
