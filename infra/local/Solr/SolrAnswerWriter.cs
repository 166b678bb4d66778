using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace EntitySync.Local.Solr;

/// <summary>Solr's JSON.</summary>
internal static class SolrAnswerWriter
{
    public static Task WriteAsync(HttpResponse response, SolrCollection collection, SolrPage page) => SendAsync(response, 200, json =>
    {
        WriteHeader(json, 0);
        json.WriteStartObject("response");
        json.WriteNumber("numFound", page.Found);
        json.WriteNumber("start", 0);
        json.WriteBoolean("numFoundExact", true);
        json.WriteStartArray("docs");
        foreach (var document in page.Documents) WriteDocument(json, collection, document, page.Fields);
        json.WriteEndArray();
        json.WriteEndObject();
        if (page.NextCursor is not null) json.WriteString("nextCursorMark", page.NextCursor);
    });

    public static Task WriteErrorAsync(HttpResponse response, int status, string message) => SendAsync(response, status, json =>
    {
        WriteHeader(json, status);
        json.WriteStartObject("error");
        json.WriteStartArray("metadata");
        json.WriteStringValue("error-class");
        json.WriteStringValue("org.apache.solr.common.SolrException");
        json.WriteEndArray();
        json.WriteString("msg", message);
        json.WriteNumber("code", status);
        json.WriteEndObject();
    });

    private static async Task SendAsync(HttpResponse response, int status, Action<Utf8JsonWriter> write)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        response.StatusCode = status;
        response.ContentType = "application/json;charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private static void WriteHeader(Utf8JsonWriter json, int status)
    {
        json.WriteStartObject("responseHeader");
        json.WriteNumber("status", status);
        json.WriteNumber("QTime", 0);
        json.WriteEndObject();
    }

    private static void WriteDocument(Utf8JsonWriter json, SolrCollection collection, SolrDocument document, IReadOnlySet<string>? fields)
    {
        json.WriteStartObject();
        if (fields is null || fields.Contains(collection.UniqueKey)) json.WriteString(collection.UniqueKey, document.Key);
        foreach (var (name, values) in document.Fields)
        {
            if (name == collection.UniqueKey || (fields is not null && !fields.Contains(name))) continue;
            json.WriteStartArray(name);
            foreach (var value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
