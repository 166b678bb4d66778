using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The parameters of samconfig.toml against template.yaml: a person copies them, and a mistake shows only in the account.</summary>
public sealed partial class SamConfigTests
{
    private static readonly JsonObject Declared = Checkout.Template.Root["Parameters"]!.AsObject();

    public static TheoryData<string> Environments => ["dev", "prod"];

    [Theory, MemberData(nameof(Environments))]
    public void Overrides_AreWhatTheTemplateTakes(string environment)
    {
        var given = Given(environment);
        given.Keys.Where(name => Declared[name] is null).ShouldBeEmpty("no such parameter");
        Declared.Where(parameter => parameter.Value!["Default"] is null).Select(parameter => parameter.Key).Except(given.Keys).ShouldBeEmpty("has no default");
        given.Select(pair => ParameterTests.Refusal(Declared[pair.Key]!.AsObject(), pair.Value) is { } refusal ? $"{pair.Key}: {refusal}" : null).OfType<string>().ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Environments))]
    public void Overrides_KeepTheRules(string environment) => BrokenRules(Given(environment)).ShouldBeEmpty();

    [Fact]
    public void BrokenRule_IsSeen() =>
        BrokenRules(new Dictionary<string, string> { ["KafkaCluster"] = "express", ["KafkaAuthentication"] = "scram", ["KafkaSecurityProtocol"] = "plaintext" }).Order(StringComparer.Ordinal).ShouldBe(
        [
            "KafkaAuthentication scram and mtls need KafkaSecretArn.",
            "KafkaCluster serverless and express take KafkaAuthentication iam only.",
            "KafkaSecurityProtocol plaintext goes only with KafkaAuthentication none.",
        ]);

    [Theory, MemberData(nameof(Environments))]
    public void Deployment_MayMakeRolesAndNestedStacks(string environment) => Section(environment).ShouldContain("""capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]""");

    private static IEnumerable<string> BrokenRules(IReadOnlyDictionary<string, string> given)
    {
        foreach (var rule in Checkout.Template.Root["Rules"]!.AsObject().Select(rule => rule.Value!))
        {
            if (rule["RuleCondition"] is { } condition && !Holds(condition)) continue;
            foreach (var assertion in rule["Assertions"]!.AsArray().Where(assertion => !Holds(assertion!["Assert"]!))) yield return assertion!["AssertDescription"]!.ToString();
        }

        bool Holds(JsonNode node)
        {
            var (name, argument) = node.AsObject().Single();
            return name switch
            {
                "Fn::Not" => !Holds(argument![0]!),
                "Fn::And" => argument!.AsArray().All(part => Holds(part!)),
                "Fn::Or" => argument!.AsArray().Any(part => Holds(part!)),
                "Fn::Equals" => Value(argument![0]!) == Value(argument[1]!),
                "Fn::Contains" => argument![0]!.AsArray().Any(each => each!.ToString() == Value(argument[1]!)),
                _ => throw new InvalidDataException($"This test does not know the rule function {name}."),
            };
        }

        string Value(JsonNode node) => node is JsonObject reference ? given.GetValueOrDefault(reference["Ref"]!.ToString()) ?? Declared[reference["Ref"]!.ToString()]!["Default"]!.ToString() : node.ToString();
    }

    private static Dictionary<string, string> Given(string environment)
    {
        var list = Section(environment);
        list = list[list.IndexOf("parameter_overrides = [", StringComparison.Ordinal)..];
        var given = Override().Matches(list).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).ToDictionary();
        given.ShouldNotBeEmpty();
        list.Split('\n').Count(line => line.TrimStart().StartsWith('"')).ShouldBe(given.Count, "a line that is no NAME=VALUE");
        return given;
    }

    private static string Section(string environment) =>
        File.ReadAllText(Checkout.PathOf("samconfig.toml")).Split($"[{environment}.deploy.parameters]\n")[1].Split("\n[")[0];

    [GeneratedRegex("""^\s*"([A-Za-z0-9]+)=([^"]*)",?\s*$""", RegexOptions.Multiline)]
    private static partial Regex Override();
}
