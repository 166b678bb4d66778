using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;
using EntitySync.Tests.Template.Rules;

namespace EntitySync.Tests.Template;

/// <summary>Every alarm of every template: somebody hears it, it says what silence means, and its link leads somewhere.</summary>
public sealed partial class AlarmTests
{
    private static readonly HashSet<string> Sections = File.ReadLines(Checkout.PathOf("infra", "guides", "alarms.md")).Where(line => line.StartsWith('#'))
        .Select(line => NoAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')).ToHashSet(StringComparer.Ordinal);

    public static TheoryData<string, string> Alarms => [.. Checkout.TemplateFiles.SelectMany(file => TemplateWalk.Resources(Template(file), "AWS::CloudWatch::Alarm").Select(alarm => (file, alarm.Id)))];

    [Theory, MemberData(nameof(Alarms))]
    public void Alarm_SaysWhatItMeansAndWhereToReadOn(string file, string id)
    {
        var description = Alarm(file, id)["AlarmDescription"]!.ToString();
        var link = Link().Match(description);
        link.Success.ShouldBeTrue($"{description}: no sentence and link to infra/guides/alarms.md#...");
        Sections.ShouldContain(link.Groups[1].Value, "infra/guides/alarms.md has no such section");
        description.Length.ShouldBeLessThanOrEqualTo(1024);
    }

    [Theory, MemberData(nameof(Alarms))]
    public void Alarm_IsHeardAndSaysWhatSilenceMeans(string file, string id)
    {
        var alarm = Alarm(file, id);
        new[] { "missing", "breaching", "notBreaching", "ignore" }.ShouldContain(alarm["TreatMissingData"]?.ToString(), "TreatMissingData is not stated");
        var actions = TemplateWalk.Texts(alarm["AlarmActions"]).ToList();
        if (file == "infra/join-host.yaml" && id is "JoinScaleOutAlarm" or "JoinScaleInAlarm") actions.ShouldBe([id["Join".Length..^"Alarm".Length]]);
        else actions.ShouldContain("AlarmTopicArn");
        if (alarm["TreatMissingData"]!.ToString() == "missing") TemplateWalk.Texts(alarm["InsufficientDataActions"]).ShouldContain("AlarmTopicArn", "nobody hears that its metric is silent");
    }

    [Fact]
    public void EveryStateMachineQueueAndPoller_HasItsAlarm()
    {
        var watched = Checkout.TemplateFiles.SelectMany(file => TemplateWalk.Resources(Template(file), "AWS::CloudWatch::Alarm")).SelectMany(alarm => TemplateWalk.Texts(alarm.Properties)).ToHashSet(StringComparer.Ordinal);
        var operations = Checkout.Template.Root["Resources"]!["Operations"]!["Properties"]!["Parameters"]!.AsObject().Where(parameter => watched.Contains(parameter.Key)).SelectMany(parameter => TemplateWalk.Texts(parameter.Value)).ToList();
        var named = operations.Select(text => text.Split('.')[0]).ToHashSet(StringComparer.Ordinal);
        var expected = TemplateWalk.Resources(Checkout.Template.Root, "AWS::Serverless::StateMachine", "AWS::SQS::Queue", "AWS::DynamoDB::Table").Select(resource => resource.Id)
            .Concat(Checkout.Template.KafkaEvents.Select(source => source.Batch.FunctionId)).Concat(Checkout.Template.DynamoDbStreamEvents.Select(source => source.Batch.FunctionId)).Distinct();
        expected.Where(id => !named.Contains(id)).ShouldBeEmpty("nobody watches");
    }

    private static JsonObject Template(string file) => TemplateReader.Read(Checkout.PathOf(file));

    private static JsonObject Alarm(string file, string id) => Template(file)["Resources"]![id]!["Properties"]!.AsObject();

    [GeneratedRegex(@"^\S.+[.;,] infra/guides/alarms\.md#([a-z0-9-]+)$")]
    private static partial Regex Link();

    [GeneratedRegex("[^a-z0-9 -]")]
    private static partial Regex NoAnchor();
}
