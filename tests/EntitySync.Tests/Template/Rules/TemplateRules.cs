using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static EntitySync.Tests.Template.Rules.TemplateWalk;

namespace EntitySync.Tests.Template.Rules;

/// <param name="Name">What must hold.</param>
/// <param name="Broken">Where in a template it does not: resource and what was found.</param>
internal sealed record TemplateRule(string Name, Func<JsonObject, IEnumerable<string>> Broken);

/// <summary>What holds in every template: no right without a name, no secret in the clear, nothing unencrypted, kept for ever or open to the world.</summary>
internal static partial class TemplateRules
{
    public static IReadOnlyList<TemplateRule> All { get; } =
    [
        new("actions by name", ActionsByName),
        new("resources by name", ResourcesByName),
        new("no wildcard within a resource", NoWildcardWithinAResource),
        new("no policies of AWS", NoPoliciesOfAws),
        new("trust in services alone", TrustInServicesAlone),
        new("permissions for one source", PermissionsForOneSource),
        new("no secrets in the clear", NoSecretsInTheClear),
        new("logs end", LogsEnd),
        new("tables survive", TablesSurvive),
        new("queues are encrypted", QueuesAreEncrypted),
        new("executions are logged without data", ExecutionsAreLoggedWithoutData),
        new("nothing is open to the world", NothingIsOpenToTheWorld),
        new("brokers speak TLS", BrokersSpeakTls),
    ];

    private static IEnumerable<string> ActionsByName(JsonObject root) =>
        from found in Statements(root)
        from broken in Texts(found.Statement["Action"]).Where(action => action.Contains('*', StringComparison.Ordinal)).Concat(Inverted.Where(found.Statement.ContainsKey))
        select $"{found.Id}: {broken}";

    private static readonly string[] Inverted = ["NotAction", "NotResource", "NotPrincipal"];

    private static IEnumerable<string> ResourcesByName(JsonObject root) =>
        from found in Statements(root)
        where Texts(found.Statement["Resource"]).Contains("*")
        from action in Texts(found.Statement["Action"])
        where !PolicyExceptions.IsWithoutResource(action)
        select $"{found.Id}: {action} on *";

    private static IEnumerable<string> NoWildcardWithinAResource(JsonObject root) =>
        from found in Statements(root).SelectMany(found => Texts(found.Statement["Resource"]).Select(text => (found.Id, Text: text)))
            .Concat(Resources(root, "AWS::Lambda::Permission").SelectMany(permission => Texts(permission.Properties["SourceArn"]).Select(text => (permission.Id, Text: text))))
        where found.Text != "*" && (found.Text.Contains('*', StringComparison.Ordinal) || found.Text.Contains('?', StringComparison.Ordinal)) && !PolicyExceptions.IsKnownPattern(found.Text)
        select $"{found.Id}: {found.Text}";

    private static IEnumerable<string> NoPoliciesOfAws(JsonObject root) =>
        from resource in Resources(root)
        from arn in Texts(resource.Properties["ManagedPolicyArns"]).Concat(Texts((resource.Properties["Policies"] as JsonArray ?? []).Where(policy => policy is JsonValue).Aggregate(new JsonArray(), With)))
        where !PolicyExceptions.IsKnownPolicy(arn)
        select $"{resource.Id}: {arn}";

    private static JsonArray With(JsonArray list, JsonNode? item)
    {
        list.Add(item!.DeepClone());
        return list;
    }

    private static IEnumerable<string> TrustInServicesAlone(JsonObject root) =>
        from found in Statements(root)
        where found.Statement.ContainsKey("Principal")
        let principal = found.Statement["Principal"]
        where principal is not JsonObject { Count: 1 } single || single["Service"] is not { } service || Texts(service).Any(name => !Service().IsMatch(name)) || Texts(found.Statement["Action"]).Any(action => action != "sts:AssumeRole")
        select $"{found.Id}: {principal?.ToJsonString()} may {string.Join(", ", Texts(found.Statement["Action"]))}";

    private static IEnumerable<string> PermissionsForOneSource(JsonObject root) =>
        (from permission in Resources(root, "AWS::Lambda::Permission")
         where permission.Properties["SourceArn"] is null || !Service().IsMatch(permission.Properties["Principal"]?.ToString() ?? "") || permission.Properties["Action"]?.ToString() != "lambda:InvokeFunction"
         select $"{permission.Id}: {permission.Properties.ToJsonString()}")
        .Concat(Resources(root, "AWS::Lambda::Url").Select(url => $"{url.Id}: a URL of its own"));

    private static IEnumerable<string> NoSecretsInTheClear(JsonObject root) =>
        (from variable in Variables(root) where SecretName().IsMatch(variable) && !variable.EndsWith("_ARN", StringComparison.Ordinal) select $"variable {variable}")
        .Concat(from parameter in root["Parameters"] as JsonObject ?? [] where SecretName().IsMatch(parameter.Key) && !parameter.Key.EndsWith("Arn", StringComparison.Ordinal) select $"parameter {parameter.Key}")
        .Concat(from text in Texts(root) where text.Contains("{{resolve:", StringComparison.Ordinal) select text);

    private static IEnumerable<string> Variables(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(property => (property.Key, property.Value) switch
        {
            ("Environment", JsonArray container) => container.Select(variable => variable!["Name"]!.ToString()),
            ("Environment", JsonObject function) => (function["Variables"] as JsonObject ?? []).Select(variable => variable.Key),
            ("Secrets", JsonArray container) => container.Select(variable => variable!["Name"]!.ToString()), // ECS puts their values into the environment
            _ => Variables(property.Value),
        }),
        JsonArray list => list.SelectMany(Variables),
        _ => [],
    };

    // A function without a group of the stack's gets one of its own, which keeps everything.
    private static IEnumerable<string> LogsEnd(JsonObject root) =>
        Resources(root, "AWS::Logs::LogGroup").Where(group => group.Properties["RetentionInDays"] is null).Select(group => $"{group.Id}: no RetentionInDays")
            .Concat(Resources(root, "AWS::Lambda::Function", "AWS::Serverless::Function")
                .Where(function => (function.Properties["LoggingConfig"] ?? (function.Type == "AWS::Serverless::Function" ? root["Globals"]?["Function"]?["LoggingConfig"] : null))?["LogGroup"] is null)
                .Select(function => $"{function.Id}: no LoggingConfig.LogGroup"));

    private static IEnumerable<string> TablesSurvive(JsonObject root) =>
        from table in Resources(root, "AWS::DynamoDB::Table")
        let lacking = new[]
        {
            ("PointInTimeRecoverySpecification", IsTrue(table.Properties["PointInTimeRecoverySpecification"]?["PointInTimeRecoveryEnabled"])),
            ("SSESpecification", IsTrue(table.Properties["SSESpecification"]?["SSEEnabled"])),
            ("DeletionProtectionEnabled", MayBeTrue(table.Properties["DeletionProtectionEnabled"])),
            ("BillingMode PAY_PER_REQUEST", table.Properties["BillingMode"]?.ToString() == "PAY_PER_REQUEST"),
            ("DeletionPolicy RetainExceptOnCreate", table.Resource["DeletionPolicy"]?.ToString() == "RetainExceptOnCreate"),
            ("UpdateReplacePolicy Retain", table.Resource["UpdateReplacePolicy"]?.ToString() == "Retain"),
        }
        from part in lacking
        where !part.Item2
        select $"{table.Id}: no {part.Item1}";

    private static IEnumerable<string> QueuesAreEncrypted(JsonObject root) =>
        Resources(root, "AWS::SQS::Queue").Where(queue => !IsTrue(queue.Properties["SqsManagedSseEnabled"]) && queue.Properties["KmsMasterKeyId"] is null).Select(queue => $"{queue.Id}: not encrypted")
            .Concat(Resources(root, "AWS::SNS::Topic").Where(topic => topic.Properties["KmsMasterKeyId"] is null).Select(topic => $"{topic.Id}: not encrypted"));

    private static IEnumerable<string> ExecutionsAreLoggedWithoutData(JsonObject root) =>
        from machine in Resources(root, "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")
        let logging = machine.Properties["LoggingConfiguration"] ?? machine.Properties["Logging"]
        let tracing = machine.Properties["TracingConfiguration"] ?? machine.Properties["Tracing"]
        where logging?["Destinations"] is null || logging["IncludeExecutionData"]?.ToString() != "false" || !IsTrue(tracing?["Enabled"])
        select $"{machine.Id}: {logging?.ToJsonString()} {tracing?.ToJsonString()}";

    private static IEnumerable<string> NothingIsOpenToTheWorld(JsonObject root) =>
        from resource in Resources(root)
        from text in Texts(resource.Properties)
        where text is "0.0.0.0/0" or "::/0" || (text == "ENABLED" && resource.Properties.ToJsonString().Contains("\"AssignPublicIp\":\"ENABLED\"", StringComparison.Ordinal))
        select $"{resource.Id}: {text}";

    private static IEnumerable<string> BrokersSpeakTls(JsonObject root) =>
        from cluster in Resources(root, "AWS::MSK::Cluster")
        where cluster.Properties["EncryptionInfo"]?["EncryptionInTransit"]?["ClientBroker"]?.ToString() != "TLS"
            || !IsTrue(cluster.Properties["EncryptionInfo"]!["EncryptionInTransit"]!["InCluster"])
            || cluster.Properties["ClientAuthentication"]?["Unauthenticated"]?["Enabled"]?.ToString() != "false"
        select $"{cluster.Id}: not TLS alone";

    [GeneratedRegex(@"^[a-z-]+\.amazonaws\.com$")]
    private static partial Regex Service();

    [GeneratedRegex("PASSWORD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|ACCESS_?KEY|API_?KEY", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
