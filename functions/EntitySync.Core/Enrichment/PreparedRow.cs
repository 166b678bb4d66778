using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// A related row parsed once for one relation: the bytes of the fields the relation writes, and its pick value.
/// Immutable, but for its place in a chain of rows.
/// </summary>
public sealed class PreparedRow
{
    private static readonly byte[] Null = "null"u8.ToArray();
    private static readonly byte[] VersionName = Encoding.UTF8.GetBytes(RelatedRow.VersionAttribute);

    private PreparedRow(byte[] key)
    {
        Key = key;
    }

    /// <summary>Why the row cannot be used; null when it can.</summary>
    internal string? Problem { get; private init; }

    /// <summary>The row's key, UTF-8.</summary>
    internal byte[] Key { get; }

    /// <summary>Null when the relation does not pick, or the row cannot be picked because it lacks the field.</summary>
    internal PickValue? Pick { get; private init; }

    /// <summary>JSON of each <c>set</c> source, <c>null</c> where the row lacks it; after them the embedded value.</summary>
    internal byte[][] Values { get; private init; } = [];

    /// <summary>Where the row's record stands; default for a row of a reference table.</summary>
    internal Position Origin { get; private init; }

    internal long Version { get; private init; }

    /// <summary>The next row of the same match value, by key; only topics have several. Set by <see cref="Chain"/>.</summary>
    internal PreparedRow? Next { get; private set; }

    /// <exception cref="JsonException">The row is not a JSON object, against the contract of <see cref="RelatedRow.Json"/>.</exception>
    public static PreparedRow Prepare(CompiledRelation relation, RelatedRow row)
    {
        if (row.Unusable is { } problem) return new PreparedRow(Encoding.UTF8.GetBytes(row.Key)) { Problem = problem };
        using var document = JsonDocument.Parse(row.Json);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException($"Row '{row.Key}' of table '{row.Table}' is not a JSON object.");
        return Prepare(relation, Encoding.UTF8.GetBytes(row.Key), document.RootElement, default, row.Version);
    }

    /// <param name="relation">What is taken from the row.</param>
    /// <param name="key">The row's own key; kept.</param>
    /// <param name="row">A JSON object; its <c>_version</c> is no data.</param>
    /// <param name="origin">Where its record stands.</param>
    /// <param name="version">Null: what its <c>_version</c> says.</param>
    internal static PreparedRow Prepare(CompiledRelation relation, byte[] key, JsonElement row, Position origin, long? version = null)
    {
        var values = relation.Sources.Select(source => Raw(row, source)).ToList();
        if (relation.Definition.Embed is { } embed) values.Add(Embedded(row, embed));
        return new PreparedRow(key)
        {
            Pick = relation.Definition.Pick is { } pick && Find(row, pick.Field) is { } value ? PickValue.From(value) : null,
            Values = [.. values],
            Origin = origin,
            Version = version ?? VersionOf(row),
        };
    }

    /// <summary>A row that makes whatever needs it unusable, for this reason.</summary>
    internal static PreparedRow Unusable(byte[] key, string problem) => new(key) { Problem = problem };

    /// <summary>
    /// Chains what a relation needs of a match value's rows, so that joining does not look at all of them again for every entity: the winner of a pick, all
    /// of <c>many</c>, else two, which is one too many. A row belongs to one chain only.
    /// </summary>
    /// <param name="relation">The relation.</param>
    /// <param name="rows">The rows, ascending by key.</param>
    internal static PreparedRow? Chain(CompiledRelation relation, IEnumerable<PreparedRow> rows)
    {
        if (relation.Definition.Pick is { } pick) return Winner(rows, pick.Order);
        PreparedRow? first = null;
        PreparedRow? last = null;
        foreach (var row in relation.Definition.Many ? rows : rows.Take(2))
        {
            row.Next = null;
            if (last is null) first = row;
            else last.Next = row;
            last = row;
        }

        return first;
    }

    private static PreparedRow? Winner(IEnumerable<PreparedRow> rows, PickOrder order)
    {
        PreparedRow? best = null;
        foreach (var row in rows)
        {
            if (row.Problem is not null) return row;
            if (row.Pick is not null) best = best is null ? row : RootSplicer.Better(best, row, order);
        }

        return best;
    }

    /// <summary>True when the relation makes the same of both rows; position and version may differ.</summary>
    internal bool HasSameContent(PreparedRow other)
    {
        if (Problem != other.Problem || Pick is null != other.Pick is null || (Pick is { } pick && pick.CompareTo(other.Pick!) != 0)) return false;
        return Values.Length == other.Values.Length && Values.Zip(other.Values).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }

    private static long VersionOf(JsonElement row) =>
        row.TryGetProperty(RelatedRow.VersionAttribute, out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number) ? number : 0;

    private static byte[] Whole(JsonElement row)
    {
        if (!row.TryGetProperty(RelatedRow.VersionAttribute, out _)) return JsonMarshal.GetRawUtf8Value(row).ToArray();
        var json = new ArrayBufferWriter<byte>();
        foreach (var property in row.EnumerateObject().Where(property => !property.NameEquals(VersionName)))
        {
            json.Write(json.WrittenCount == 0 ? "{"u8 : ","u8);
            json.Write(PropertyName.Encode(property.Name));
            json.Write(JsonMarshal.GetRawUtf8Value(property.Value));
        }

        json.Write(json.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return json.WrittenSpan.ToArray();
    }

    private static byte[] Embedded(JsonElement row, EmbedDefinition embed)
    {
        if (embed.Fields.Length == 0) return Whole(row);
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
