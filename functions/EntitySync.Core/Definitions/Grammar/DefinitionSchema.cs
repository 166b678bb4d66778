using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>
/// Writes the grammar as the JSON Schemas that editors use (<c>infra/entities/entity.schema.json</c> and those of the other kinds). Draft 7, since YAML language servers know it best. A schema is the grammar only: rules between places of a definition are the loader's.
/// </summary>
public static class DefinitionSchema
{
    private const string RelationReference = "#/definitions/relation";

    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema of entities as JSON text, indented by two spaces, with a final line break.</summary>
    public static string Text() => Write("EntitySync definition", "An entity: its root, its relations, when it is emitted, where to. One file an entity.", DefinitionGrammar.Entity, DefinitionGrammar.Relation);

    /// <summary>The schema of reconciliations, likewise.</summary>
    public static string ReconciliationText() =>
        Write("EntitySync reconciliation", "What has to arrive before an entity is complete, from which topics, until when, and what is written then. One file a reconciliation.", ReconciliationGrammar.Reconciliation, null);

    /// <summary>The schema of read models, likewise.</summary>
    public static string ReadModelText() =>
        Write("EntitySync read model", "A table that is kept from the events of topics: whose row an event belongs to, what it changes, by which fields rows are listed. One file a read model.", ReadModelGrammar.ReadModel, null);

    /// <summary>The schema of feeds, likewise.</summary>
    public static string FeedText() => Write("EntitySync feed", "A topic that is served as an Atom feed. One file a feed.", FeedGrammar.Feed, null);

    private static string Write(string title, string description, ObjectType type, ObjectType? relation)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", title);
            json.WriteString("description", description);
            WriteType(json, type);
            if (relation is not null)
            {
                json.WriteStartObject("definitions");
                json.WriteStartObject("relation");
                WriteType(json, relation);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteKey(Utf8JsonWriter json, GrammarKey key)
    {
        json.WriteStartObject(key.Name);
        json.WriteString("description", Describe(key));
        if (key.Default is not null) WriteRaw(json, "default", key.Default);
        json.WriteStartArray("examples");
        json.WriteRawValue(key.Example);
        json.WriteEndArray();
        WriteType(json, key.Type);
        json.WriteEndObject();
    }

    private static string Describe(GrammarKey key)
    {
        var words = (key.Type as WordType ?? (key.Type as EitherType)?.Forms.OfType<WordType>().FirstOrDefault())?.Words ?? [];
        return string.Join('\n', words.Select(word => $"- {word.Text}: {word.Description}").Prepend(key.Description));
    }

    private static void WriteType(Utf8JsonWriter json, GrammarType type)
    {
        switch (type)
        {
            case TextType text:
                json.WriteString("type", "string");
                json.WriteString("pattern", text.Pattern);
                json.WriteNumber("maxLength", text.MaxLength);
                break;
            case WordType words: WriteStrings(json, "enum", words.Words.Select(word => word.Text)); break;
            case FlagType: json.WriteString("type", "boolean"); break;
            case ScalarType: WriteScalar(json); break;
            case NumberType: json.WriteString("type", "number"); break;
            case IntegerType integer:
                json.WriteString("type", "integer");
                json.WriteNumber("minimum", integer.Min);
                json.WriteNumber("maximum", integer.Max);
                break;
            case DurationType:
                json.WriteString("type", "string");
                json.WriteString("pattern", IsoDuration.Pattern);
                break;
            case ListType list:
                json.WriteString("type", "array");
                json.WriteNumber("minItems", 1);
                json.WriteNumber("maxItems", list.MaxItems);
                WriteNested(json, "items", list.Item);
                break;
            case MapType map: WriteMap(json, map.Key, map.MaxEntries, () => WriteNested(json, "additionalProperties", map.Value)); break;
            case RelationsType: WriteMap(json, TextForms.RelationName, null, () => WriteReference(json)); break;
            case ObjectType objectType: WriteObject(json, objectType); break;
            case EitherType either:
                json.WriteStartArray("anyOf");
                foreach (var form in either.Forms) WriteNested(json, null, form);
                json.WriteEndArray();
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, ObjectType type)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        if (type.Keys.Any(key => key.Required)) WriteStrings(json, "required", type.Keys.Where(key => key.Required).Select(key => key.Name));
        if (type.ExactlyOne) json.WriteNumber("minProperties", 1);
        if (type.ExactlyOne) json.WriteNumber("maxProperties", 1);
        if (!type.AtLeastOneOf.IsDefaultOrEmpty) WriteRequired(json, "anyOf", type.AtLeastOneOf);
        if (!type.ExactlyOneOf.IsDefaultOrEmpty) WriteRequired(json, "oneOf", type.ExactlyOneOf);
        json.WriteStartObject("properties");
        foreach (var key in type.Keys) WriteKey(json, key);
        json.WriteEndObject();
    }

    private static void WriteScalar(Utf8JsonWriter json)
    {
        json.WriteStartArray("anyOf");
        foreach (var type in (string[])["string", "number", "boolean", "null"])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRequired(Utf8JsonWriter json, string how, IEnumerable<string> names)
    {
        json.WriteStartArray(how);
        foreach (var name in names)
        {
            json.WriteStartObject();
            WriteStrings(json, "required", [name]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, TextType key, int? maxEntries, Action writeValue)
    {
        json.WriteString("type", "object");
        json.WriteNumber("minProperties", 1);
        if (maxEntries is { } most) json.WriteNumber("maxProperties", most);
        WriteNested(json, "propertyNames", key);
        writeValue();
    }

    private static void WriteReference(Utf8JsonWriter json)
    {
        json.WriteStartObject("additionalProperties");
        json.WriteString("$ref", RelationReference);
        json.WriteEndObject();
    }

    private static void WriteNested(Utf8JsonWriter json, string? name, GrammarType type)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        WriteType(json, type);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }
}
