using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Synth;

/// <summary>
/// Writes <c>infra/generated/alarms.yaml</c>: alarms that follow from the definitions. A template of its own, so that a hundred definitions fit. What each alarm means:
/// infra/guides/alarms.md.
/// </summary>
internal static class AlarmsTemplate
{
    /// <summary>Its file, as <c>template.yaml</c> names it.</summary>
    public const string FileName = "infra/generated/alarms.yaml";

    private const string Head = """
        AWSTemplateFormatVersion: '2010-09-09'
        Description: EntitySync - alarms of the definitions.

        # Of no use to feeds alone.
        Metadata: { cfn-lint: { config: { ignore_checks: [W2001, W8001] } } }

        Parameters:
          StackPrefix: { Type: String, AllowedPattern: '^[a-zA-Z][a-zA-Z0-9-]{0,127}$', Description: Last part of the metrics' namespace }
          AlarmTopicArn: { Type: String, AllowedPattern: '^(|arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_.-]+)$', Description: Empty for alarms without a receiver }

        Conditions:
          HasAlarmTopic: !Not [!Equals [!Ref AlarmTopicArn, '']]

        Resources:
          # A stack without resources is refused, and feeds alone have no alarms.
          Nothing:
            Type: AWS::CloudFormation::WaitConditionHandle

        """;

    public static string Text(DefinitionSet definitions, SynthOptions options)
    {
        var (text, ids) = (new StringBuilder(TemplateHead.Written(options)).Append(Head), new LogicalIds());
        foreach (var (name, topic, isJoined) in DeadLetters(definitions)) text.Append(DeadLettered(name, topic, isJoined, ids));
        return text.ToString();
    }

    /// <summary>Definitions with the topic that their unusable records go to; of reference tables, changed rows. Of entities the join containers write it too.</summary>
    private static IEnumerable<(string Name, string Topic, bool IsJoined)> DeadLetters(DefinitionSet definitions) =>
        definitions.Entities.All.Select(definition => (definition.Entity, definition.DeadLetterTopic(), true))
            .Concat(definitions.Reconciliations.All.Select(definition => (definition.Entity, definition.DeadLetterTopic(), false)))
            .Concat(definitions.ReadModels.All.Select(definition => (definition.ReadModel, definition.DeadLetterTopic(), false)))
            .Concat(definitions.Tables.All.Select(table => (table.Name, TopicNames.ReferenceDeadLetterTopic(table.Name), false)))
            .DistinctBy(each => each.Item2);

    // CloudWatch has no value of a metric while nothing is counted.
    private static string DeadLettered(string name, string topic, bool isJoined, LogicalIds ids) => $$"""
          {{ids.Of("", name, "DeadLettersAlarm")}}:
            Type: AWS::CloudWatch::Alarm
            Properties:
              AlarmDescription: Records of '{{name}}' could not be used; reason, position and bytes are in '{{topic}}'. infra/guides/alarms.md#deadlettersalarm
              Metrics:
                - { Id: sum, Expression: 'FILL(functions, 0){{(isJoined ? " + FILL(joined, 0)" : "")}}', ReturnData: true }
                - { Id: functions, ReturnData: false, MetricStat: { Period: 300, Stat: Sum, Metric: { Namespace: !Sub 'EntitySync/${StackPrefix}', MetricName: DeadLettered, Dimensions: [{ Name: topic, Value: '{{topic}}' }] } } }
        {{(isJoined ? Joined(name) : "")}}      EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
              TreatMissingData: notBreaching
              AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]

        """;

    private static string Joined(string entity) =>
        $"        - {{ Id: joined, ReturnData: false, MetricStat: {{ Period: 300, Stat: Sum, Metric: {{ Namespace: !Sub 'EntitySync/${{StackPrefix}}', MetricName: JoinDeadLettered, Dimensions: [{{ Name: Entity, Value: '{entity}' }}] }} }} }}\n";
}
