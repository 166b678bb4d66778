using System.Runtime.InteropServices;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>Reads fields of a related row.</summary>
internal static class RowFields
{
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>Null when the row lacks the field.</summary>
    public static JsonElement? Find(JsonElement row, FieldPath path)
    {
        var current = row;
        foreach (var step in path.Steps)
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(step.Name, out current)) return null;
        }

        return current;
    }

    /// <summary>Null when the row lacks the field or has something there that does not compare.</summary>
    public static PickValue? Comparable(JsonElement row, FieldPath path) => Find(row, path) is { } value ? PickValue.From(value) : null;

    /// <summary>The field's JSON as it stands in the row, or the default.</summary>
    public static byte[] Json(JsonElement row, FieldMapping field)
    {
        if (Value(row, field) is { } value) return JsonMarshal.GetRawUtf8Value(value).ToArray();
        return field.Default is { } constant ? ImmutableCollectionsMarshal.AsArray(constant)! : Null;
    }

    /// <summary>The same, within the row's bytes or the default's.</summary>
    public static ReadOnlySpan<byte> RawJson(JsonElement row, FieldMapping field)
    {
        if (Value(row, field) is { } value) return JsonMarshal.GetRawUtf8Value(value);
        return field.Default is { } constant ? constant.AsSpan() : Null;
    }

    private static JsonElement? Value(JsonElement row, FieldMapping field) => Find(row, field.Source) is { ValueKind: not JsonValueKind.Null } value ? value : null;
}
