using System.Text;

namespace EntitySync.Local.Synth;

/// <summary>Event sources: topics that functions read, and streams of reference tables.</summary>
internal static class SourcesSection
{
    public static string Text(IEnumerable<KafkaSource> sources, DefinitionSet definitions, LogicalIds ids, AccessSection access)
    {
        var text = new StringBuilder("\n  # ---- Topics that functions read\n");
        foreach (var source in sources) text.Append(Kafka(source, ids));
        if (!definitions.Tables.All.Any()) return text.ToString();
        text.Append("\n  # ---- Changes of reference rows: to their compacted topic, and to a replay\n");
        foreach (var table in definitions.Tables.All) text.Append(Stream("PublishReference", table.Name, 100, 1, "", ids, access));
        foreach (var table in definitions.LookedUp) text.Append(Stream("TriggerReplay", table.Name, 1000, 5, " # a burst of changes becomes one replay", ids, access));
        return text.ToString();
    }

    public static string SourceId(KafkaSource source, LogicalIds ids) => ids.Of(source.Function, source.Topic);

    // Bad records are dead-lettered by the function itself; what fails here is a table or a broker, so patience is long. Partial responses, retries and
    // bisecting of Kafka batches exist only with provisioned pollers.
    private static string Kafka(KafkaSource source, LogicalIds ids) => $$"""
          {{SourceId(source, ids)}}:
            Type: AWS::Lambda::EventSourceMapping
            DependsOn: [Topics, SourcesAccess]
            Properties:
              FunctionName: !Ref {{source.Function}}Arn
              EventSourceArn: !If [IsMsk, !Ref KafkaClusterArn, !Ref AWS::NoValue]
              AmazonManagedKafkaEventSourceConfig: !If [IsMsk, { ConsumerGroupId: !Sub '${StackPrefix}{{source.Group}}' }, !Ref AWS::NoValue]
              SelfManagedEventSource: !If [IsMsk, !Ref AWS::NoValue, { Endpoints: { KafkaBootstrapServers: !Split [',', !Ref KafkaBootstrapServers] } }]
              SelfManagedKafkaEventSourceConfig: !If [IsMsk, !Ref AWS::NoValue, { ConsumerGroupId: !Sub '${StackPrefix}{{source.Group}}' }]
              SourceAccessConfigurations: !If
                - HasSourceAccess
                - - !If [IsMsk, !Ref AWS::NoValue, { Type: VPC_SUBNET, URI: !Sub ['subnet:${Subnet}', { Subnet: !Select [0, !Ref VpcSubnetIds] }] }]
                  - !If [IsMsk, !Ref AWS::NoValue, { Type: VPC_SUBNET, URI: !Sub ['subnet:${Subnet}', { Subnet: !Select [1, !Ref VpcSubnetIds] }] }]
                  - !If [IsMsk, !Ref AWS::NoValue, { Type: VPC_SECURITY_GROUP, URI: !Sub 'security_group:${VpcSecurityGroupId}' }]
                  - !If [IsScram, { Type: SASL_SCRAM_512_AUTH, URI: !Ref KafkaSecretArn }, !Ref AWS::NoValue]
                  - !If [IsMtls, { Type: CLIENT_CERTIFICATE_TLS_AUTH, URI: !Ref KafkaSecretArn }, !Ref AWS::NoValue]
                  - !If [SourceTrustsCa, { Type: SERVER_ROOT_CA_CERTIFICATE, URI: !Ref KafkaCaSecretArn }, !Ref AWS::NoValue]
                - !Ref AWS::NoValue
              Topics: ['{{source.Topic}}']
              StartingPosition: TRIM_HORIZON
              BatchSize: 500
              MaximumBatchingWindowInSeconds: 1
              ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 4 }
              FunctionResponseTypes: [ReportBatchItemFailures]
              BisectBatchOnFunctionError: true
              MaximumRetryAttempts: 100
              MaximumRecordAgeInSeconds: 43200
              DestinationConfig: { OnFailure: { Destination: 'kafka://{{source.DeadLetters}}' } }
              MetricsConfig: { Metrics: [EventCount, ErrorCount, KafkaMetrics] }

        """;

    private static string Stream(string function, string table, int batch, int window, string why, LogicalIds ids, AccessSection access) => $$"""
          {{ids.Of(function, table)}}:
            Type: AWS::Lambda::EventSourceMapping
            DependsOn: [{{string.Join(", ", access.OfStreams)}}]
            Properties:
              FunctionName: !Ref {{function}}Arn
              EventSourceArn: !GetAtt {{ids.Of("", table, "Table")}}.StreamArn
              StartingPosition: TRIM_HORIZON
              BatchSize: {{batch}}
              MaximumBatchingWindowInSeconds: {{window}}{{why}}
              FunctionResponseTypes: [ReportBatchItemFailures]
              BisectBatchOnFunctionError: true
              MaximumRetryAttempts: 100
              MaximumRecordAgeInSeconds: 43200
              DestinationConfig: { OnFailure: { Destination: !Ref ReferenceChangeFailuresArn } }

        """;
}
