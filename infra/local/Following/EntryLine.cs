using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Local.Following;

/// <summary>An entry as one line: <c>{"id":…,"key":…,"value":…}</c>; with <c>keyBase64</c>, <c>keyBytes</c>, <c>valueBase64</c> or <c>tombstone</c> where the feed has those.</summary>
internal static class EntryLine
{
    private static readonly string[] Keys = ["key", "keyBase64", "keyBytes"];
    private static readonly string[] Values = ["value", "valueBase64", "tombstone"];

    /// <param name="entry">The entry.</param>
    /// <param name="fetch">Gets a value that is not on the page by its address; null when it is gone.</param>
    public static async Task<ReadOnlyMemory<byte>> OfAsync(FollowedEntry entry, Func<string, Task<byte[]?>> fetch)
    {
        var elsewhere = entry.Extension.TryGetProperty("valueAt", out var address) ? address.GetString() : null;
        var fetched = elsewhere is null ? null : await fetch(elsewhere);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("id", entry.Id);
            Copy(entry.Extension, Keys, json);
            Copy(entry.Extension, Values, json);
            if (elsewhere is not null) WriteFetched(entry.Extension, elsewhere, fetched, json);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenMemory;
    }

    private static void Copy(JsonElement extension, string[] names, Utf8JsonWriter json)
    {
        foreach (var name in names)
        {
            if (!extension.TryGetProperty(name, out var value)) continue;
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private static void WriteFetched(JsonElement extension, string address, byte[]? value, Utf8JsonWriter json)
    {
        if (value is null)
        {
            json.WriteString("goneFrom", address);
        }
        else if (extension.GetProperty("valueType").GetString() == "application/json")
        {
            using var document = JsonDocument.Parse(value);
            json.WritePropertyName("value");
            document.RootElement.WriteTo(json);
        }
        else
        {
            json.WriteBase64String("valueBase64", value);
        }
    }
}
