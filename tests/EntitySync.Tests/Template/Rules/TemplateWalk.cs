using System.Text.Json.Nodes;

namespace EntitySync.Tests.Template.Rules;

/// <summary>Looks at every resource and statement of a template, through intrinsic functions: of <c>Fn::If</c> both sides, of <c>Fn::Sub</c> the text.</summary>
internal static class TemplateWalk
{
    public static IEnumerable<(string Id, string Type, JsonObject Resource, JsonObject Properties)> Resources(JsonObject root) =>
        from resource in root["Resources"] as JsonObject ?? []
        let body = resource.Value!.AsObject()
        select (resource.Key, body["Type"]!.ToString(), body, body["Properties"] as JsonObject ?? []);

    public static IEnumerable<(string Id, string Type, JsonObject Resource, JsonObject Properties)> Resources(JsonObject root, params string[] types) =>
        Resources(root).Where(resource => types.Contains(resource.Type));

    /// <summary>Statements of all policies, trust policies included.</summary>
    public static IEnumerable<(string Id, JsonObject Statement)> Statements(JsonObject root) => Resources(root).SelectMany(resource => StatementsIn(resource.Properties), (resource, statement) => (resource.Id, statement));

    public static IEnumerable<JsonObject> StatementsIn(JsonNode? node) => node switch
    {
        JsonObject map when map["Effect"] is JsonValue => [map],
        JsonObject map => map.SelectMany(property => StatementsIn(property.Value)),
        JsonArray list => list.SelectMany(StatementsIn),
        _ => [],
    };

    /// <summary>All texts of a node; of maps the values.</summary>
    public static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Texts),
        JsonObject map => map.SelectMany(property => Texts(property.Value)),
        JsonValue value => [value.ToString()],
        _ => [],
    };

    public static bool IsTrue(JsonNode? node) => node is JsonValue value && value.ToString() == "true";

    /// <summary>False for nothing and for the text false; true for what a parameter decides.</summary>
    public static bool MayBeTrue(JsonNode? node) => node is JsonObject || IsTrue(node);
}
