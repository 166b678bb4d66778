using System.Text;
using System.Text.Json;

namespace EntitySync.Local.Solr;

/// <summary>An indexed document: its unique key, and the values of each field as Solr's string fields would hold them.</summary>
/// <param name="Key">Value of the unique key.</param>
/// <param name="Fields">Field to values.</param>
public sealed record SolrDocument(string Key, IReadOnlyDictionary<string, IReadOnlyList<string>> Fields)
{
    internal byte[] SortKey { get; } = Encoding.UTF8.GetBytes(Key);

    /// <summary>Indexes the top-level properties of <paramref name="json"/> that are scalars or arrays of scalars; null, objects and what is in them are left out.</summary>
    /// <exception cref="JsonException">Not a JSON object.</exception>
    public static SolrDocument FromJson(string key, ReadOnlySpan<byte> json)
    {
        var fields = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A document is a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var values = Values(ref reader);
            if (values.Count > 0) fields[name] = values;
        }

        return new SolrDocument(key, fields);
    }

    private static List<string> Values(ref Utf8JsonReader reader)
    {
        var values = new List<string>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Add(ref reader, values);
            return values;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Add(ref reader, values);
        return values;
    }

    private static void Add(ref Utf8JsonReader reader, List<string> values)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: values.Add(reader.GetString()!); break;
            case JsonTokenType.Number: values.Add(Encoding.UTF8.GetString(reader.ValueSpan)); break;
            case JsonTokenType.True: values.Add("true"); break;
            case JsonTokenType.False: values.Add("false"); break;
            default: reader.Skip(); break;
        }
    }
}
