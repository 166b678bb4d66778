using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// A related row parsed once for one relation: whether it takes part, what it is picked or arranged by, and the bytes of the fields the relation writes.
/// Immutable, but for its place in a chain of rows.
/// </summary>
public sealed class PreparedRow
{
    private static readonly byte[] VersionName = Encoding.UTF8.GetBytes(RelatedRow.VersionAttribute);

    // Rows of large groups are made by the thousand: all that one leaves behind is what is kept of it.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _embedded;

    private PreparedRow(byte[] key)
    {
        Key = key;
    }

    /// <summary>Why the row cannot be used; null when it can.</summary>
    internal string? Problem { get; private init; }

    /// <summary>The row's key, UTF-8.</summary>
    internal byte[] Key { get; }

    /// <summary>False for a row that <c>where</c> leaves out or that lacks the field of the pick: it counts as not there.</summary>
    internal bool IsCandidate { get; private init; }

    /// <summary>Null when the relation does not pick, or the row is no candidate.</summary>
    internal PickValue? Pick { get; private init; }

    /// <summary>Null when the relation has no <c>order</c>, or the row lacks its field.</summary>
    internal PickValue? Order { get; private init; }

    /// <summary>JSON of each <c>set</c> source, its default or <c>null</c> where the row lacks it; after them the embedded value.</summary>
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
        var definition = relation.Definition;
        var values = new byte[definition.Set.Length + (definition.Embed is null ? 0 : 1)][];
        for (var field = 0; field < definition.Set.Length; field++) values[field] = RowFields.Json(row, definition.Set[field]);
        if (definition.Embed is { } embed) values[^1] = Embedded(row, embed, relation.EmbeddedNames);
        var isMatch = relation.Filter?.Matches(row) ?? true;
        var picked = isMatch && definition.Pick is { } pick ? RowFields.Comparable(row, pick.Field) : null;
        return new PreparedRow(key)
        {
            IsCandidate = isMatch && (definition.Pick is null || picked is not null),
            Pick = picked,
            Order = isMatch && definition.Order is { } order ? RowFields.Comparable(row, order.By) : null,
            Values = values,
            Origin = origin,
            Version = version ?? VersionOf(row),
        };
    }

    /// <summary>A row that makes whatever needs it unusable, for this reason.</summary>
    internal static PreparedRow Unusable(byte[] key, string problem) => new(key) { Problem = problem };

    /// <summary>
    /// Chains what a relation needs of a match value's rows, so that joining does not look at all of them again for every entity: the winner of a pick, all
    /// of <c>many</c> up to its limit, else two, which is one too many. Rows that <c>where</c> leaves out are not in it. A row belongs to one chain only.
    /// </summary>
    /// <param name="relation">The relation.</param>
    /// <param name="rows">The rows, ascending by key.</param>
    internal static PreparedRow? Chain(CompiledRelation relation, IEnumerable<PreparedRow> rows)
    {
        rows = rows.Where(row => row.IsCandidate || row.Problem is not null);
        if (relation.Definition.Pick is { } pick) return Winner(rows, pick.Order);
        if (!relation.Definition.Many) rows = rows.Take(2);
        else if (relation.Arrangement is { } arrangement) rows = Arranged(arrangement, rows);
        PreparedRow? first = null;
        PreparedRow? last = null;
        foreach (var row in rows)
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
            best = best is null ? row : RootSplicer.Better(best, row, order);
        }

        return best;
    }

    private static PreparedRow[] Arranged(RowArrangement arrangement, IEnumerable<PreparedRow> rows)
    {
        var arranged = new Growable<PreparedRow>();
        foreach (var row in rows)
        {
            row.Next = null; // a row that is cut off must not keep those of an older chain alive
            arrangement.Add(arranged, 0, row);
        }

        arrangement.Finish(arranged, 0);
        return arranged.Span.ToArray();
    }

    /// <summary>True when the relation makes the same of both rows; position and version may differ.</summary>
    internal bool HasSameContent(PreparedRow other)
    {
        if (Problem != other.Problem || IsCandidate != other.IsCandidate) return false;
        if (!IsCandidate) return true;
        return IsSame(Pick, other.Pick) && IsSame(Order, other.Order) && Values.Length == other.Values.Length && Values.Zip(other.Values).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
    }

    private static bool IsSame(PickValue? one, PickValue? other) => one is null || other is null ? ReferenceEquals(one, other) : one.CompareTo(other) == 0;

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

    private static byte[] Embedded(JsonElement row, EmbedDefinition embed, byte[][] names)
    {
        if (embed.Fields.Length == 0) return Whole(row);
        var json = _embedded ??= new ArrayBufferWriter<byte>(1024);
        json.ResetWrittenCount();
        for (var index = 0; index < embed.Fields.Length; index++)
        {
            var field = embed.Fields[index];
            if (field.IsOptional && RowFields.Find(row, field.Source) is null) continue;
            json.Write(json.WrittenCount == 0 ? "{"u8 : ","u8);
            json.Write(names[index]);
            json.Write(RowFields.RawJson(row, field));
        }

        json.Write(json.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return json.WrittenSpan.ToArray();
    }
}
