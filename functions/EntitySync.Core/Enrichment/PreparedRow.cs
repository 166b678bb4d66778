using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// A related row parsed once for one relation: the bytes of the fields the relation writes, and its pick value. Immutable.
/// </summary>
public sealed class PreparedRow
{
    private static readonly byte[] Null = "null"u8.ToArray();

    private PreparedRow(byte[] key, PickValue? pick, byte[][] values, string? problem = null)
    {
        Problem = problem;
        Key = key;
        Pick = pick;
        Values = values;
    }

    /// <summary>Why the row cannot be used; null when it can.</summary>
    internal string? Problem { get; }

    /// <summary>The row's key, UTF-8.</summary>
    internal byte[] Key { get; }

    /// <summary>Null when the relation does not pick, or the row cannot be picked because it lacks the field.</summary>
    internal PickValue? Pick { get; }

    /// <summary>JSON of each <c>set</c> source, <c>null</c> where the row lacks it; after them the embedded value.</summary>
    internal byte[][] Values { get; }

    /// <exception cref="JsonException">The row is not a JSON object, against the contract of <see cref="RelatedRow.Json"/>.</exception>
    public static PreparedRow Prepare(LookupRelation relation, RelatedRow row)
    {
        if (row.Unusable is { } problem) return new PreparedRow(Encoding.UTF8.GetBytes(row.Key), null, [], problem);
        using var document = JsonDocument.Parse(row.Json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException($"Row '{row.Key}' of table '{row.Table}' is not a JSON object.");
        var values = relation.Sources.Select(source => Raw(root, source)).ToList();
        if (relation.Definition.Embed is { } embed) values.Add(Embedded(root, embed));
        var pick = relation.Definition.Pick is { } definition && Find(root, definition.Field) is { } value ? PickValue.From(value) : null;
        return new PreparedRow(Encoding.UTF8.GetBytes(row.Key), pick, [.. values]);
    }

    private static byte[] Embedded(JsonElement row, EmbedDefinition embed)
    {
        if (embed.Fields.Length == 0) return JsonMarshal.GetRawUtf8Value(row).ToArray();
        var json = new ArrayBufferWriter<byte>();
        for (var i = 0; i < embed.Fields.Length; i++)
        {
            json.Write(i == 0 ? "{"u8 : ","u8);
            json.Write(PropertyName.Encode(embed.Fields[i].Target));
            json.Write(Raw(row, embed.Fields[i].Source));
        }

        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    private static byte[] Raw(JsonElement row, FieldPath path) => Find(row, path) is { } value ? JsonMarshal.GetRawUtf8Value(value).ToArray() : Null;

    private static JsonElement? Find(JsonElement row, FieldPath path)
    {
        var current = row;
        foreach (var step in path.Steps)
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(step.Name, out current)) return null;
        }

        return current;
    }
}
