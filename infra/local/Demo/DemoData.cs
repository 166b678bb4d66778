using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Demo;

/// <summary>A document of the demo: its key and its JSON.</summary>
public readonly record struct DemoDocument(string Key, byte[] Json);

/// <summary>Roots and related rows of a demo run.</summary>
public sealed record DemoData(IReadOnlyList<DemoDocument> Roots, IReadOnlyList<DemoDocument> Rows)
{
    private const int SmallestMinimumTime = 24;
    private static readonly string[] Colours = ["red", "green", "blue", "grey"];

    public long RootBytes => Roots.Sum(root => (long)root.Json.Length);

    /// <summary>The same numbers and seed give the same data on every machine.</summary>
    public static DemoData Generate(int items, int classes, int seed)
    {
        var random = new Random(seed);
        var names = Enumerable.Range(1, classes).Select(number => $"class-{number:D3}").ToArray();
        var rows = names.Select(name => new DemoDocument(name, Row(name, random))).ToList();
        var roots = Enumerable.Range(1, items).Select(number => Item($"SKU-{number:D7}", names, random)).ToList();
        return new DemoData(roots, rows);
    }

    /// <summary>Reads <c>{root topic}.ndjson</c> and <c>{from}.ndjson</c> of the relation from <paramref name="folder"/>.</summary>
    /// <exception cref="DemoException">A file is missing or a line is not usable; the message names file and line.</exception>
    public static DemoData Load(string folder, EntityDefinition definition, RelationDefinition relation) => new(
        Read(Path.Combine(folder, definition.Root.Topic + ".ndjson"), definition.Root.Key.ToString()),
        Read(Path.Combine(folder, relation.From + ".ndjson"), relation.Key.ToString()));

    private static byte[] Row(string name, Random random)
    {
        var minimum = SmallestMinimumTime + random.Next(200);
        return Encoding.UTF8.GetBytes($$"""{"name":"{{name}}","label":"Delivery class {{name[6..]}}","minimumTime":{{minimum}},"maximumTime":{{minimum + 12 + random.Next(72)}}}""");
    }

    private static DemoDocument Item(string sku, string[] classes, Random random)
    {
        var chosen = new HashSet<string>();
        var wanted = Math.Min(1 + random.Next(3), classes.Length);
        while (chosen.Count < wanted) chosen.Add(classes[random.Next(classes.Length)]);
        var json = new StringBuilder("{\"sku\":\"").Append(sku)
            .Append("\",\"name\":\"Item ").Append(sku.AsSpan(4)).Append("\",\"online\":").Append(random.Next(10) > 0 ? "true" : "false")
            .Append(",\"price\":").Append(random.Next(1, 500)).Append('.').Append(random.Next(100).ToString("D2"))
            .Append(",\"deliveryClasses\":[").AppendJoin(',', chosen.Select(name => $"\"{name}\""))
            .Append("],\"stock\":{\"north\":").Append(random.Next(1000)).Append(",\"south\":").Append(random.Next(1000))
            .Append("},\"attributes\":{\"colour\":\"").Append(Colours[random.Next(Colours.Length)])
            .Append("\",\"weightGrams\":").Append(random.Next(20, 20_000)).Append("},\"description\":\"").Append('x', 80).Append("\"}");
        return new DemoDocument(sku, Encoding.UTF8.GetBytes(json.ToString()));
    }

    private static List<DemoDocument> Read(string file, string keyField)
    {
        if (!File.Exists(file)) throw new DemoException($"{file} does not exist. --data names a folder that holds it: one JSON object a line.");
        var documents = new List<DemoDocument>();
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            documents.Add(new DemoDocument(KeyOf(line, keyField, $"{file}({number})"), Encoding.UTF8.GetBytes(line)));
        }

        return documents.Count > 0 ? documents : throw new DemoException($"{file} has no documents.");
    }

    private static string KeyOf(string line, string keyField, string where)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject document && document[keyField] is JsonValue key
                ? key.GetValueKind() == JsonValueKind.String ? key.GetValue<string>() : key.ToJsonString()
                : throw new DemoException($"{where}: an object with the key field '{keyField}' is expected.");
        }
        catch (JsonException exception)
        {
            throw new DemoException($"{where}: not JSON: {exception.Message}");
        }
    }
}

/// <summary>The demo cannot go on; the message is for the person who started it.</summary>
public sealed class DemoException(string message) : Exception(message);
