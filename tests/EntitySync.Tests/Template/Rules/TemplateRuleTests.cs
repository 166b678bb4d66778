using System.Text.Json.Nodes;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template.Rules;

/// <summary>Walks every template, and the one that SAM makes of template.yaml, for what <see cref="TemplateRules"/> asks; and shows for each rule that it refuses what it is there for.</summary>
public sealed class TemplateRuleTests
{
    private const string Role = "R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: { Service: lambda.amazonaws.com } }] }";
    private const string Policy = "P: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: { Statement: ";
    private const string Table = "BillingMode: PAY_PER_REQUEST, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, SSESpecification: { SSEEnabled: true }";

    public static TheoryData<string> Files => [.. Checkout.TemplateFiles];

    [Theory, MemberData(nameof(Files))]
    public void Template_KeepsTheRules(string file) => Broken(TemplateReader.Read(Checkout.PathOf(file))).ShouldBeEmpty();

    [Fact]
    public async Task TranslatedTemplate_KeepsTheRules() => Broken(await TranslatedTemplate.ReadAsync()).ShouldBeEmpty();

    [Theory]
    [InlineData("actions by name", Policy + "[{ Effect: Allow, Action: 'dynamodb:*', Resource: a }] } } }", "P: dynamodb:*")]
    [InlineData("actions by name", Policy + "[{ Effect: Allow, Action: [sqs:SendMessage, 's3:Get*'], Resource: a }] } } }", "P: s3:Get*")]
    [InlineData("actions by name", Policy + "[{ Effect: Allow, NotAction: iam:PassRole, Resource: a }] } } }", "P: NotAction")]
    [InlineData("actions by name", Role + ", Policies: [{ PolicyDocument: { Statement: { Effect: Allow, Action: '*', NotResource: a } } }] } }", "R: *", "R: NotResource")]
    [InlineData("resources by name", Policy + "[{ Effect: Allow, Action: [sqs:SendMessage, dynamodb:ListStreams], Resource: '*' }] } } }", "P: sqs:SendMessage on *")]
    [InlineData("resources by name", Policy + "[!If [A, { Effect: Allow, Action: kms:Decrypt, Resource: [a, '*'] }, !Ref AWS::NoValue]] } } }", "P: kms:Decrypt on *")]
    [InlineData("no wildcard within a resource", Policy + "[{ Effect: Allow, Action: sqs:SendMessage, Resource: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:*' }] } } }", "P: arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:*")]
    [InlineData("no wildcard within a resource", Policy + "[{ Effect: Allow, Action: sqs:SendMessage, Resource: !Join [':', [arn, 'queue-?']] }] } } }", "P: queue-?")]
    [InlineData("no wildcard within a resource", "P: { Type: AWS::Lambda::Permission, Properties: { SourceArn: 'arn:aws:s3:::bucket*' } }", "P: arn:aws:s3:::bucket*")]
    [InlineData("no policies of AWS", Role + ", ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] } }", "R: arn:aws:iam::aws:policy/AdministratorAccess")]
    [InlineData("no policies of AWS", "F: { Type: AWS::Serverless::Function, Properties: { Policies: [AmazonDynamoDBFullAccess, { Statement: [] }] } }", "F: AmazonDynamoDBFullAccess")]
    [InlineData("trust in services alone", "R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: '*' }] } } }", "R: \"*\" may sts:AssumeRole")]
    [InlineData("trust in services alone", "R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: { Service: ecs-tasks.amazonaws.com, AWS: '1' } }] } } }", """R: {"Service":"ecs-tasks.amazonaws.com","AWS":"1"} may sts:AssumeRole""")]
    [InlineData("trust in services alone", "Q: { Type: AWS::SQS::QueuePolicy, Properties: { PolicyDocument: { Statement: [{ Effect: Allow, Action: sqs:SendMessage, Principal: { Service: sns.amazonaws.com } }] } } }", """Q: {"Service":"sns.amazonaws.com"} may sqs:SendMessage""")]
    [InlineData("permissions for one source", "P: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, Principal: events.amazonaws.com } }", """P: {"Action":"lambda:InvokeFunction","Principal":"events.amazonaws.com"}""")]
    [InlineData("permissions for one source", "P: { Type: AWS::Lambda::Permission, Properties: { Action: lambda:InvokeFunction, Principal: '*', SourceArn: a } }", """P: {"Action":"lambda:InvokeFunction","Principal":"*","SourceArn":"a"}""")]
    [InlineData("permissions for one source", "U: { Type: AWS::Lambda::Url, Properties: { AuthType: NONE } }", "U: a URL of its own")]
    [InlineData("no secrets in the clear", "F: { Type: AWS::Lambda::Function, Properties: { Environment: { Variables: { KAFKA_PASSWORD: a, KAFKA_SECRET_ARN: b } } } }", "variable KAFKA_PASSWORD")]
    [InlineData("no secrets in the clear", "T: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [{ Environment: [{ Name: API_TOKEN, Value: a }], Secrets: [{ Name: DB_SECRET, ValueFrom: b }] }] } }", "variable API_TOKEN", "variable DB_SECRET")]
    [InlineData("no secrets in the clear", "F: { Type: AWS::Lambda::Function, Properties: { Environment: { Variables: { USER: '{{resolve:secretsmanager:a}}' } } } }", "{{resolve:secretsmanager:a}}")]
    [InlineData("logs end", "L: { Type: AWS::Logs::LogGroup }", "L: no RetentionInDays")]
    [InlineData("logs end", "F: { Type: AWS::Lambda::Function, Properties: { LoggingConfig: { LogFormat: JSON } } }", "F: no LoggingConfig.LogGroup")]
    [InlineData("tables survive", "T: { Type: AWS::DynamoDB::Table, UpdateReplacePolicy: Retain, Properties: { " + Table + ", DeletionProtectionEnabled: false } }", "T: no DeletionProtectionEnabled", "T: no DeletionPolicy RetainExceptOnCreate")]
    [InlineData("tables survive", "T: { Type: AWS::DynamoDB::Table, DeletionPolicy: RetainExceptOnCreate, Properties: { DeletionProtectionEnabled: true } }", "T: no PointInTimeRecoverySpecification", "T: no SSESpecification", "T: no BillingMode PAY_PER_REQUEST", "T: no UpdateReplacePolicy Retain")]
    [InlineData("queues are encrypted", "Q: { Type: AWS::SQS::Queue }", "Q: not encrypted")]
    [InlineData("queues are encrypted", "S: { Type: AWS::SNS::Topic, Properties: { TopicName: a } }", "S: not encrypted")]
    [InlineData("executions are logged without data", "M: { Type: AWS::StepFunctions::StateMachine, Properties: { TracingConfiguration: { Enabled: true } } }", """M:  {"Enabled":"true"}""")]
    [InlineData("executions are logged without data", "M: { Type: AWS::Serverless::StateMachine, Properties: { Logging: { IncludeExecutionData: true, Destinations: [] }, Tracing: { Enabled: true } } }", """M: {"IncludeExecutionData":"true","Destinations":[]} {"Enabled":"true"}""")]
    [InlineData("nothing is open to the world", "G: { Type: AWS::EC2::SecurityGroupIngress, Properties: { CidrIp: 0.0.0.0/0 } }", "G: 0.0.0.0/0")]
    [InlineData("nothing is open to the world", "G: { Type: AWS::EC2::SecurityGroup, Properties: { SecurityGroupIngress: [{ CidrIpv6: '::/0' }] } }", "G: ::/0")]
    [InlineData("nothing is open to the world", "S: { Type: AWS::ECS::Service, Properties: { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: ENABLED } } } }", "S: ENABLED")]
    [InlineData("brokers speak TLS", "K: { Type: AWS::MSK::Cluster, Properties: { ClientAuthentication: { Unauthenticated: { Enabled: false } }, EncryptionInfo: { EncryptionInTransit: { ClientBroker: TLS_PLAINTEXT, InCluster: true } } } }", "K: not TLS alone")]
    [InlineData("brokers speak TLS", "K: { Type: AWS::MSK::Cluster, Properties: { EncryptionInfo: { EncryptionInTransit: { ClientBroker: TLS, InCluster: true } } } }", "K: not TLS alone")]
    public void Rule_RefusesWhatItIsThereFor(string rule, string resource, params string[] broken) =>
        TemplateRules.All.Single(each => each.Name == rule).Broken(Snippet(resource)).ShouldBe(broken);

    [Fact]
    public void SecretAsAParameter_IsRefused() => Broken(TemplateReader.Read(new StringReader("Parameters: { KafkaPassword: { Type: String }, KafkaSecretArn: { Type: String } }"), "snippet"))
        .ShouldBe(["no secrets in the clear: parameter KafkaPassword"]);

    [Fact]
    public void EveryRule_IsShownToRefuseSomething()
    {
        var shown = typeof(TemplateRuleTests).GetMethod(nameof(Rule_RefusesWhatItIsThereFor))!.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute)).Select(attribute => ((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!)[0].Value!.ToString());
        shown.Distinct().ShouldBe(TemplateRules.All.Select(rule => rule.Name), ignoreOrder: true);
    }

    /// <summary>An exception that nothing needs any more would only wait to be misused.</summary>
    [Fact]
    public async Task EveryException_IsNeededAndHasItsReason()
    {
        PolicyExceptions.All.ShouldNotBeEmpty();
        PolicyExceptions.All.ShouldAllBe(exception => exception.Why.Length > 0);
        JsonObject[] templates = [await TranslatedTemplate.ReadAsync(), .. Checkout.TemplateFiles.Select(file => TemplateReader.Read(Checkout.PathOf(file)))];
        var texts = templates.SelectMany(TemplateWalk.Texts).ToHashSet(StringComparer.Ordinal);
        PolicyExceptions.All.Where(exception => !texts.Any(text => exception.Kind switch
        {
            PolicyExceptions.AnyResource => text == exception.What,
            PolicyExceptions.WithinAName => text.EndsWith(exception.What, StringComparison.Ordinal),
            PolicyExceptions.AwsPolicy => text.EndsWith(":aws:policy/" + exception.What, StringComparison.Ordinal),
            _ => false,
        })).ShouldBeEmpty();
    }

    private static IEnumerable<string> Broken(JsonObject template) => TemplateRules.All.SelectMany(rule => rule.Broken(template).Select(broken => $"{rule.Name}: {broken}"));

    private static JsonObject Snippet(string resource) => TemplateReader.Read(new StringReader($"Resources:\n  {resource}"), "snippet");
}
