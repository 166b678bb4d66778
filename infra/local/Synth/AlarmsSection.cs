using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Synth;

/// <summary>Alarms of definitions and event sources. What each of them means: infra/guides/alarms.md.</summary>
internal static class AlarmsSection
{
    public static string Text(IEnumerable<KafkaSource> sources, DefinitionSet definitions, LogicalIds ids)
    {
        var text = new StringBuilder("\n  # ---- Alarms of the definitions\n");
        foreach (var source in sources) text.Append(GivenUp(source, ids));
        foreach (var (name, topic) in DeadLetters(definitions)) text.Append(DeadLettered(name, topic, ids));
        return text.ToString();
    }

    /// <summary>Definitions with the topic that their unusable records go to; of reference tables, changed rows.</summary>
    private static IEnumerable<(string Name, string Topic)> DeadLetters(DefinitionSet definitions) =>
        definitions.Entities.All.Select(definition => (definition.Entity, definition.DeadLetterTopic()))
            .Concat(definitions.Reconciliations.All.Select(definition => (definition.Entity, definition.DeadLetterTopic())))
            .Concat(definitions.ReadModels.All.Select(definition => (definition.ReadModel, definition.DeadLetterTopic())))
            .Concat(definitions.Tables.All.Select(table => (table.Name, TopicNames.ReferenceDeadLetterTopic(table.Name))));

    // Two metrics, of which CloudWatch has no value while nothing was given up.
    private static string GivenUp(KafkaSource source, LogicalIds ids) => $$"""
          {{ids.Of(source.Function, source.Topic, "GivenUpAlarm")}}:
            Type: AWS::CloudWatch::Alarm
            Properties:
              AlarmDescription: {{source.Function}} gave records of '{{source.Topic}}' up after half a day of retries; they are in '{{source.DeadLetters}}'. infra/guides/alarms.md#givenup
              Metrics:
                - { Id: given, Expression: 'FILL(moved, 0) + FILL(dropped, 0)', ReturnData: true }
                - Id: moved
                  ReturnData: false
                  MetricStat: { Period: 300, Stat: Sum, Metric: { Namespace: AWS/Lambda, MetricName: OnFailureDestinationDeliveredEventCount, Dimensions: [{ Name: EventSourceMappingUUID, Value: !Ref {{SourcesSection.SourceId(source, ids)}} }] } }
                - Id: dropped
                  ReturnData: false
                  MetricStat: { Period: 300, Stat: Sum, Metric: { Namespace: AWS/Lambda, MetricName: DroppedEventCount, Dimensions: [{ Name: EventSourceMappingUUID, Value: !Ref {{SourcesSection.SourceId(source, ids)}} }] } }
              EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
              TreatMissingData: notBreaching
              AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]

        """;

    private static string DeadLettered(string name, string topic, LogicalIds ids) => $$"""
          {{ids.Of("", name, "DeadLettersAlarm")}}:
            Type: AWS::CloudWatch::Alarm
            Properties:
              AlarmDescription: Records of '{{name}}' could not be used; reason, position and bytes are in '{{topic}}'. infra/guides/alarms.md#deadletters
              Namespace: !Sub 'EntitySync/${StackPrefix}'
              MetricName: DeadLettered
              Dimensions: [{ Name: topic, Value: '{{topic}}' }]
              Statistic: Sum
              Period: 300
              EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
              TreatMissingData: notBreaching
              AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]

        """;
}
