using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The service of the join containers: what it may be given, how it scales, what its alarms say.</summary>
public sealed class JoinServiceTests
{
    private static readonly JsonObject Stack = TemplateReader.Read(Checkout.PathOf("infra", "join-host.yaml"));
    private static readonly JsonObject Resources = Stack["Resources"]!.AsObject();
    private static readonly JsonNode Parent = Checkout.Template.Root;

    public static TheoryData<string> AlarmIds => [.. Resources.Where(resource => resource.Value!["Type"]!.ToString() == "AWS::CloudWatch::Alarm").Select(resource => resource.Key)];

    [Fact]
    public void Deployment_TakesNothingFromTheContainersOfBefore_UntilTheNewOnesAreHealthy()
    {
        var service = Resources["Service"]!["Properties"]!.AsObject();
        service["DeploymentConfiguration"]!.ToJsonString().ShouldBe("""{"MinimumHealthyPercent":"100","MaximumPercent":"200","DeploymentCircuitBreaker":{"Enable":"true","Rollback":"true"}}""");
        service.ContainsKey("DesiredCount").ShouldBeFalse("each deployment would undo what scaling has decided");
        service["AvailabilityZoneRebalancing"]!.ToString().ShouldBe("ENABLED");
        service["EnableExecuteCommand"]!.ToString().ShouldBe("false");
        service["NetworkConfiguration"]!["AwsvpcConfiguration"]!["AssignPublicIp"]!.ToString().ShouldBe("DISABLED");
    }

    [Fact]
    public void Scaling_StaysBetweenItsBounds()
    {
        var target = Resources["ScalableTarget"]!["Properties"]!;
        target["MinCapacity"]!.ToJsonString().ShouldBe("""{"Ref":"MinimumCount"}""");
        target["MaxCapacity"]!.ToJsonString().ShouldBe("""{"Ref":"MaximumCount"}""");
        foreach (var (policy, alarm) in new[] { ("ScaleOut", "JoinScaleOutAlarm"), ("ScaleIn", "JoinScaleInAlarm") })
        {
            Resources[policy]!["Properties"]!["ScalingTargetId"]!.ToJsonString().ShouldBe("""{"Ref":"ScalableTarget"}""");
            Resources[alarm]!["Properties"]!["AlarmActions"]!.ToJsonString().ShouldBe($$"""[{"Ref":"{{policy}}"}]""");
            Resources[alarm]!["Properties"]!["TreatMissingData"]!.ToString().ShouldBe("notBreaching", "containers that tell nothing, or were stopped by hand, are no reason to start others");
        }

        Seconds("ScaleIn").ShouldBeGreaterThanOrEqualTo(4 * Seconds("ScaleOut"), "every move restores state");
        static int Seconds(string policy) => int.Parse(Resources[policy]!["Properties"]!["StepScalingPolicyConfiguration"]!["Cooldown"]!.ToString());
    }

    [Theory, MemberData(nameof(AlarmIds))]
    public void Alarm_SaysWhatItMeansAndWhereToReadOn(string id)
    {
        var description = Resources[id]!["Properties"]!["AlarmDescription"]!.ToString();
        description.ShouldEndWith($" infra/guides/alarms.md#{id.ToLowerInvariant()}");
        File.ReadAllLines(Checkout.PathOf("infra", "guides", "alarms.md")).ShouldContain($"### {id}");
        if (!id.StartsWith("JoinScale", StringComparison.Ordinal)) Resources[id]!["Properties"]!["AlarmActions"]!.ToJsonString().ShouldContain("AlarmTopicArn");
    }

    [Theory]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com/entitysync-join:1", "eu-west-1 111111111111 entitysync-join")]
    [InlineData("111111111111.dkr.ecr.us-gov-west-1.amazonaws.com/team/entitysync/join:v1.2.3-rc_4", "us-gov-west-1 111111111111 team/entitysync/join")]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com/join:latest-1", "eu-west-1 111111111111 join")]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com/join@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "eu-west-1 111111111111 join")]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com/entitysync-join:latest", null)]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com/entitysync-join", null)]
    [InlineData("ghcr.io/someone/entitysync-join:1", null)]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com/join:1 --privileged", null)]
    public void Image_IsOfEcrAndHasATagOfItsOwn(string image, string? repository)
    {
        var pattern = Stack["Parameters"]!["ImageUri"]!["AllowedPattern"]!.ToString();
        Parent["Parameters"]!["JoinHostImageUri"]!["AllowedPattern"]!.ToString().ShouldBe(pattern);
        Regex.IsMatch(image, pattern).ShouldBe(repository is not null);
        if (repository is null) return;
        var policy = Resources["ExecutionRole"]!["Properties"]!["Policies"]![0]!["PolicyDocument"]!["Statement"]!;
        var parts = policy[1]!["Resource"]!["Fn::Sub"]![1]!.AsObject().ToDictionary(part => part.Key, part => Resolve(part.Value!, image));
        $"{parts["Region"]} {parts["Account"]} {parts["Repository"]}".ShouldBe(repository);
    }

    /// <summary>What Fargate documents: from lowest to highest in steps of 1024 MiB.</summary>
    [Theory]
    [InlineData("512", 1024, 4096)]
    [InlineData("1024", 2048, 8192)]
    [InlineData("2048", 4096, 16384)]
    [InlineData("4096", 8192, 30720)]
    public void Memory_IsWhatFargateHasForTheCpu(string cpu, int lowest, int highest)
    {
        var rule = Stack["Rules"]!.AsObject().Select(rule => rule.Value!).Single(rule => rule["RuleCondition"]!["Fn::Equals"]![1]!.ToString() == cpu);
        var allowed = rule["Assertions"]![0]!["Assert"]!["Fn::Contains"]![0]!.AsArray().Select(value => int.Parse(value!.ToString())).ToList();
        allowed.ShouldAllBe(memory => memory >= lowest && memory <= highest && memory % 1024 == 0);
        (allowed[0], allowed[^1]).ShouldBe((lowest, highest));
        var all = Values(Stack["Parameters"]!["Memory"]!).Select(int.Parse).ToList();
        all.Where(memory => memory >= lowest && memory <= highest).ShouldBe(allowed);
    }

    [Fact]
    public void Rules_CoverEveryCpu()
    {
        Stack["Rules"]!.AsObject().Select(rule => rule.Value!["RuleCondition"]!["Fn::Equals"]![1]!.ToString()).ShouldBe(Values(Stack["Parameters"]!["Cpu"]!));
        Values(Parent["Parameters"]!["JoinCpu"]!).ShouldBe(Values(Stack["Parameters"]!["Cpu"]!));
        Values(Parent["Parameters"]!["JoinMemory"]!).ShouldBe(Values(Stack["Parameters"]!["Memory"]!));
    }

    [Fact]
    public void Parent_GivesEveryParameterThatHasNoDefault_AndNoneThatIsUnknown()
    {
        var given = Parent["Resources"]!["JoinHost"]!["Properties"]!["Parameters"]!.AsObject().Select(parameter => parameter.Key).ToList();
        var known = Stack["Parameters"]!.AsObject();
        given.Where(name => !known.ContainsKey(name)).ShouldBeEmpty();
        known.Where(parameter => parameter.Value!["Default"] is null).Select(parameter => parameter.Key).Except(given).ShouldBeEmpty();
    }

    [Fact]
    public void ExecutionRole_PullsOneRepositoryAndWritesOneLog()
    {
        var statements = Resources["ExecutionRole"]!["Properties"]!["Policies"]![0]!["PolicyDocument"]!["Statement"]!.AsArray();
        statements.Select(statement => statement!["Action"]!.ToJsonString()).ShouldBe(
            ["\"ecr:GetAuthorizationToken\"", """["ecr:BatchCheckLayerAvailability","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]""", """["logs:CreateLogStream","logs:PutLogEvents"]"""]);
        statements[2]!["Resource"]!["Fn::Sub"]!.ToString().ShouldEndWith(":log-group:${Logs}:log-stream:join/*");
        Resources["ExecutionRole"]!["Properties"]!.AsObject().ContainsKey("ManagedPolicyArns").ShouldBeFalse();
    }

    private static List<string> Values(JsonNode parameter) => [.. parameter["AllowedValues"]!.AsArray().Select(value => value!.ToString())];

    private static string Resolve(JsonNode node, string image)
    {
        if (node is JsonValue) return node.ToString();
        if (node["Ref"] is not null) return image;
        var select = node["Fn::Select"]!;
        var split = select[1]!["Fn::Split"]!;
        return Resolve(split[1]!, image).Split(split[0]!.ToString())[int.Parse(select[0]!.ToString())];
    }
}
