using System.Text;
using System.Text.Json;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.Solr;

/// <summary>A page of Solr's answer.</summary>
/// <param name="Ids">Values of the unique key, as text.</param>
/// <param name="NextCursor"><c>nextCursorMark</c>.</param>
/// <param name="Found"><c>numFound</c>.</param>
internal sealed record SolrAnswer(IReadOnlyList<string> Ids, string NextCursor, long Found)
{
    /// <exception cref="JsonException">Not JSON, or not an answer to a cursor query.</exception>
    /// <exception cref="InvalidRequestException">A document has no usable <paramref name="key"/>.</exception>
    /// <exception cref="TransientException">Solr says that its answer is partial.</exception>
    public static SolrAnswer Read(ReadOnlySpan<byte> utf8, string key)
    {
        var reader = new Utf8JsonReader(utf8);
        var ids = new List<string>();
        string? next = null;
        long? found = null;
        Open(ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("response"u8)) found = ReadResponse(ref reader, key, ids);
            else if (reader.ValueTextEquals("nextCursorMark"u8)) next = ReadText(ref reader);
            else if (reader.ValueTextEquals("responseHeader"u8)) RefusePartial(ref reader);
            else SkipValue(ref reader);
        }

        return next is not null && found is not null ? new SolrAnswer(ids, next, found.Value) : throw new JsonException("no 'response' or no 'nextCursorMark' in it");
    }

    /// <summary><c>error.msg</c> of an error answer; null when there is none.</summary>
    public static string? ReadError(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            Open(ref reader);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("error"u8))
                {
                    SkipValue(ref reader);
                    continue;
                }

                Open(ref reader);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("msg"u8)) return ReadText(ref reader);
                    SkipValue(ref reader);
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: text that is not Unicode
        {
            return null;
        }
    }

    private static long? ReadResponse(ref Utf8JsonReader reader, string key, List<string> ids)
    {
        long? found = null;
        Open(ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("numFound"u8))
            {
                reader.Read();
                found = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : throw new JsonException("numFound is not a number");
            }
            else if (reader.ValueTextEquals("docs"u8))
            {
                ReadDocuments(ref reader, key, ids);
            }
            else
            {
                SkipValue(ref reader);
            }
        }

        return found;
    }

    private static void ReadDocuments(ref Utf8JsonReader reader, string key, List<string> ids)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("docs is not an array");
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? id = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKey = reader.ValueTextEquals(key);
                reader.Read();
                if (isKey) id = Scalar(ref reader, key);
                else reader.Skip();
            }

            ids.Add(id ?? throw new InvalidRequestException($"Solr returned a document without field '{key}'; it must be the collection's unique key, and stored or with docValues."));
        }
    }

    private static string Scalar(ref Utf8JsonReader reader, string key) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        _ => throw new InvalidRequestException($"Solr's field '{key}' is not a single string or number in every document."),
    };

    private static void RefusePartial(ref Utf8JsonReader reader)
    {
        Open(ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPartial = reader.ValueTextEquals("partialResults"u8);
            reader.Read();
            if (isPartial && (reader.TokenType == JsonTokenType.True || (reader.TokenType == JsonTokenType.String && reader.GetString() != "false")))
            {
                throw new TransientException("Solr gave partial results (a shard or its time limit failed).");
            }

            reader.Skip();
        }
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("a string was expected");
    }

    private static void Open(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("an object was expected");
    }

    private static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
