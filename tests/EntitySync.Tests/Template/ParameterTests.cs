using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;
using EntitySync.Tests.Template.Rules;

namespace EntitySync.Tests.Template;

/// <summary>What parameters take, and that nested stacks are given what they ask for.</summary>
public sealed class ParameterTests
{
    private static readonly string[] Constraints = ["AllowedPattern", "AllowedValues", "MinValue", "MaxValue"];

    private static readonly string[] Wild =
    [
        "*", "arn:*", "a*", "a/*", "arn:aws:kafka:eu-west-1:111111111111:cluster/*/*", "arn:aws:kafka:*:111111111111:cluster/a/1", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:*",
        "arn:aws:kms:eu-west-1:111111111111:key/*", "arn:aws:sqs:eu-west-1:111111111111:*",
    ];

    public static TheoryData<string> Files => [.. Checkout.TemplateFiles];

    public static TheoryData<string> StackIds => [.. Stacks.Select(stack => stack.Id)];

    private static IEnumerable<(string Id, JsonObject Given, JsonObject Nested)> Stacks =>
        TemplateWalk.Resources(Checkout.Template.Root, "AWS::CloudFormation::Stack")
            .Select(stack => (stack.Id, stack.Properties["Parameters"]!.AsObject(), TemplateReader.Read(Checkout.PathOf(stack.Properties["TemplateURL"]!.ToString()))));

    [Theory, MemberData(nameof(Files))]
    public void EachParameter_SaysWhatItIsAndWhatItTakes(string file)
    {
        foreach (var (name, parameter) in Parameters(TemplateReader.Read(Checkout.PathOf(file))))
        {
            parameter["Description"]?.ToString().ShouldNotBeNullOrWhiteSpace($"{file}: {name} has no Description");
            (parameter["Type"]!.ToString().Contains("AWS::", StringComparison.Ordinal) || Constraints.Any(parameter.ContainsKey)).ShouldBeTrue($"{file}: {name} takes anything");
            if (parameter["Default"] is { } usual) Refusal(parameter, usual.ToString()).ShouldBeNull($"{file}: the default of {name}");
        }
    }

    /// <summary>A parameter that a policy names as a resource would else be the wildcard that the rules look for.</summary>
    [Theory, MemberData(nameof(Files))]
    public void ParameterInAPolicy_TakesNoWildcard(string file)
    {
        var template = TemplateReader.Read(Checkout.PathOf(file));
        var inPolicies = TemplateWalk.Statements(template).SelectMany(found => References(found.Statement["Resource"])).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, parameter) in Parameters(template).Where(parameter => inPolicies.Contains(parameter.Key)))
        {
            foreach (var wild in Wild) Refusal(parameter, wild).ShouldNotBeNull($"{file}: {name} takes {wild}");
        }
    }

    [Theory, MemberData(nameof(StackIds))]
    public void NestedStack_IsGivenWhatItAsksFor(string id)
    {
        var (_, given, nested) = Stacks.Single(stack => stack.Id == id);
        var asked = Parameters(nested).ToDictionary(StringComparer.Ordinal);
        given.Select(parameter => parameter.Key).Where(name => !asked.ContainsKey(name)).ShouldBeEmpty($"{id} does not know");
        asked.Where(parameter => parameter.Value["Default"] is null).Select(parameter => parameter.Key).Where(name => !given.ContainsKey(name)).ShouldBeEmpty($"{id} lacks");
    }

    /// <summary>A value that template.yaml takes and hands on must not be refused in the middle of a deployment.</summary>
    [Theory, MemberData(nameof(StackIds))]
    public void ParameterThatIsHandedOn_TakesTheSame(string id)
    {
        var (_, given, nested) = Stacks.Single(stack => stack.Id == id);
        foreach (var (name, value) in given)
        {
            if (value is not JsonObject { Count: 1 } reference || reference["Ref"]?.ToString() is not { } outer || Checkout.Template.Root["Parameters"]?[outer] is not JsonObject parameter) continue;
            if (parameter["Type"]!.ToString().Contains("AWS::", StringComparison.Ordinal)) continue; // CloudFormation itself has looked for it
            var inner = nested["Parameters"]![name]!.AsObject();
            foreach (var constraint in Constraints)
            {
                if (constraint is "MinValue" or "MaxValue" && parameter[constraint] is not null && inner[constraint] is null) continue; // wider
                if (inner[constraint] is null) continue;
                (parameter[constraint]?.ToJsonString() ?? parameter["AllowedValues"]?.ToJsonString()).ShouldNotBeNull($"{id}.{name} is narrower than {outer}");
                if (constraint is "AllowedPattern" && parameter["AllowedValues"] is JsonArray values) values.ShouldAllBe(each => Regex.IsMatch(each!.ToString(), inner[constraint]!.ToString()));
                else if (constraint is "MinValue") Number(parameter[constraint]!).ShouldBeGreaterThanOrEqualTo(Number(inner[constraint]!), $"{id}.{name}");
                else if (constraint is "MaxValue") Number(parameter[constraint]!).ShouldBeLessThanOrEqualTo(Number(inner[constraint]!), $"{id}.{name}");
                else parameter[constraint]?.ToJsonString().ShouldBe(inner[constraint]!.ToJsonString(), $"{id}.{name} and {outer}: {constraint}");
            }
        }
    }

    /// <summary>Why a value is refused; null when it is taken. Of lists each value is looked at.</summary>
    internal static string? Refusal(JsonObject parameter, string value)
    {
        if (parameter["AllowedValues"] is JsonArray values && !values.Any(each => each!.ToString() == value)) return $"'{value}' is none of {values.ToJsonString()}";
        if (parameter["AllowedPattern"]?.ToString() is { } pattern && !(parameter["Type"]!.ToString() == "CommaDelimitedList" ? value.Split(',') : [value]).All(each => Regex.IsMatch(each, pattern)))
            return $"'{value}' does not fit {pattern}";
        if (parameter["Type"]!.ToString() != "Number") return null;
        if (!decimal.TryParse(value, CultureInfo.InvariantCulture, out var number)) return $"'{value}' is no number";
        return (parameter["MinValue"] is { } least && number < Number(least)) || (parameter["MaxValue"] is { } most && number > Number(most)) ? $"{value} is out of bounds" : null;
    }

    private static decimal Number(JsonNode node) => decimal.Parse(node.ToString(), CultureInfo.InvariantCulture);

    private static IEnumerable<KeyValuePair<string, JsonObject>> Parameters(JsonObject template) =>
        (template["Parameters"] as JsonObject ?? []).Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value!.AsObject()));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject reference when reference["Ref"] is { } name => [name.ToString()],
        JsonObject map => map.SelectMany(property => References(property.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
