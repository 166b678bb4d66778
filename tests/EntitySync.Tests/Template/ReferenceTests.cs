using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;
using EntitySync.Tests.Template.Rules;

namespace EntitySync.Tests.Template;

/// <summary>Whatever a template names is there: parameters, resources and what SAM makes of them, conditions, outputs of nested stacks. No tool is needed to see that.</summary>
public sealed partial class ReferenceTests
{
    public static TheoryData<string> Files => [.. Checkout.TemplateFiles];

    [Theory, MemberData(nameof(Files))]
    public void EveryReference_NamesSomething(string file) => Broken(TemplateReader.Read(Checkout.PathOf(file))).ShouldBeEmpty();

    [Theory]
    [InlineData("Resources: { A: { Type: T, Properties: { P: !Ref B } } }", "Ref B")]
    [InlineData("Resources: { A: { Type: T, Properties: { P: !GetAtt B.Arn } } }", "GetAtt B.Arn")]
    [InlineData("Resources: { A: { Type: T, Properties: { P: !Sub '${A}${B.Arn}${AWS::Region}${!C}' } } }", "Sub B.Arn")]
    [InlineData("Resources: { A: { Type: T, Properties: { P: !Sub ['${A}${B}${C}', { B: !Ref D }] } } }", "Ref D", "Sub C")]
    [InlineData("Resources: { A: { Type: T, Condition: B, DependsOn: [A, C], Properties: { P: !If [D, 1, 2] } } }", "Condition B", "If D", "DependsOn C")]
    [InlineData("Resources: { Api: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: infra/api.yaml } }, A: { Type: T, Properties: { P: [!GetAtt Api.Outputs.Url, !GetAtt Api.Outputs.Urls] } } }", "GetAtt Api.Outputs.Urls")]
    [InlineData("Resources: { F: { Type: 'AWS::Serverless::Function' }, A: { Type: T, Properties: { P: [!Ref FRole, !Ref F.Alias, !Ref F.Version, !GetAtt F.Aliases] } } }", "GetAtt F.Aliases")]
    [InlineData("Conditions: { C: !Not [!Condition D] }\nResources: { A: { Type: T } }", "Condition D")]
    public void ReferenceToNothing_IsFound(string template, params string[] broken) => Broken(TemplateReader.Read(new StringReader(template), "snippet")).ShouldBe(broken, ignoreOrder: true);

    private static IEnumerable<string> Broken(JsonObject template)
    {
        var resources = TemplateWalk.Resources(template).ToDictionary(resource => resource.Id, resource => resource, StringComparer.Ordinal);
        var names = resources.Keys.Concat((template["Parameters"] as JsonObject ?? []).Select(parameter => parameter.Key)).Concat(resources.Values.SelectMany(MadeBySam)).ToHashSet(StringComparer.Ordinal);
        var conditions = (template["Conditions"] as JsonObject ?? []).Select(condition => condition.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (kind, name) in Named(template))
        {
            var isThere = kind switch
            {
                "If" or "Condition" => conditions.Contains(name),
                "DependsOn" => resources.ContainsKey(name),
                _ when name.StartsWith("AWS::", StringComparison.Ordinal) || names.Contains(name) => true,
                "Ref" => false,
                _ => name.Split('.', 2) is [var id, var attribute] && IsAttribute(id, attribute),
            };
            if (!isThere) yield return $"{kind} {name}";
        }

        bool IsAttribute(string id, string attribute) =>
            names.Contains(id) && (!resources.TryGetValue(id, out var resource) || resource.Type switch
            {
                "AWS::CloudFormation::Stack" => attribute.StartsWith("Outputs.", StringComparison.Ordinal)
                    && TemplateReader.Read(Checkout.PathOf(resource.Properties["TemplateURL"]!.ToString()))["Outputs"]?[attribute["Outputs.".Length..]] is not null,
                "AWS::Serverless::Function" => attribute is "Arn" or "Alias" or "Version",
                _ => true,
            });
    }

    private static IEnumerable<string> MadeBySam((string Id, string Type, JsonObject Resource, JsonObject Properties) resource) => resource.Type switch
    {
        "AWS::Serverless::Function" => [resource.Id + "Role", resource.Id + ".Alias", resource.Id + ".Version"],
        "AWS::Serverless::StateMachine" => [resource.Id + "Role"],
        _ => [],
    };

    // A statement of a policy has a Condition of its own.
    private static IEnumerable<(string Kind, string Name)> Named(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(Named),
        JsonObject { Count: 1 } single when single.Single() is var (key, value) && key is "Ref" or "Fn::GetAtt" or "Fn::Sub" or "Fn::If" or "Condition" => Intrinsic(key, value!),
        JsonObject map => map.SelectMany(property => property switch
        {
            { Key: "Condition", Value: JsonValue value } => [("Condition", value.ToString())],
            { Key: "DependsOn" } => TemplateWalk.Texts(property.Value).Select(name => ("DependsOn", name)),
            _ => Named(property.Value),
        }),
        _ => [],
    };

    private static IEnumerable<(string Kind, string Name)> Intrinsic(string key, JsonNode value) => key switch
    {
        "Ref" => [("Ref", value.ToString())],
        "Condition" => value is JsonValue ? [("Condition", value.ToString())] : Named(value),
        "Fn::GetAtt" => [("GetAtt", value is JsonArray path ? string.Join('.', path) : value.ToString())],
        "Fn::If" => Named(value).Append(("If", value[0]!.ToString())),
        _ when value is JsonArray { Count: 2 } pair => Placeholder().Matches(pair[0]!.ToString()).Select(match => match.Groups[1].Value).Where(name => pair[1]![name] is null).Select(name => ("Sub", name))
            .Concat(Named(pair[1]!)),
        _ => Placeholder().Matches(value.ToString()).Select(match => ("Sub", match.Groups[1].Value)),
    };

    [GeneratedRegex(@"\$\{([^}!]+)\}")]
    private static partial Regex Placeholder();
}
