using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Local.Template;
using EntitySync.Testing;

namespace EntitySync.Tests.Template;

/// <summary>Rules of the services that neither cfn-lint nor the SAM translator checks.</summary>
public sealed class EventSourceRuleTests
{
    private static readonly string[] OnlyWithProvisionedPollers = ["FunctionResponseTypes", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds"];
    private static readonly string[] OnlyForStreams = ["ParallelizationFactor", "TumblingWindowInSeconds"];

    [Theory]
    [InlineData("")]
    [InlineData("arn:aws:kafka:eu-west-1:111111111111:cluster/entities/00000000-0000-0000-0000-000000000000-1")]
    public void Enrich_ReadsUpdatesOnBothKindsOfCluster(string clusterArn)
    {
        var template = SamTemplate.Load(Checkout.PathOf("template.yaml"), new Dictionary<string, string> { ["KafkaClusterArn"] = clusterArn });
        template.KafkaEvents.ShouldBe(
        [
            new KafkaEventSettings(
                new BatchSettings("EnrichItemUpdates", "EnrichFunction", 500, TimeSpan.FromSeconds(1), ReportBatchItemFailures: true, BisectBatchOnFunctionError: true, 100, TimeSpan.FromHours(12)),
                SampleDefinitions.Item().UpdatesTopic(), "entitysync-local-enrich", FromBeginning: true, Pollers: 1, OnFailureTopic: SampleDefinitions.Item().DeadLetterTopic()),
        ]);
    }

    [Fact]
    public void KafkaMapping_KeepsTheServiceRules()
    {
        foreach (var (id, properties) in KafkaMappings())
        {
            if (OnlyWithProvisionedPollers.Any(properties.ContainsKey)) properties.ContainsKey("ProvisionedPollerConfig").ShouldBeTrue($"{id}: error handling needs provisioned pollers");
            OnlyForStreams.Where(properties.ContainsKey).ShouldBeEmpty($"{id}: not for Kafka");
            var topics = properties["Topics"]!.AsArray();
            topics.Count.ShouldBe(1, $"{id}: a self-managed cluster allows one topic");
            var destination = properties["DestinationConfig"]!["OnFailure"]!["Destination"]!.ToString();
            destination.ShouldStartWith("kafka://");
            destination.Length.ShouldBeGreaterThanOrEqualTo(12);
            destination.ShouldNotBe("kafka://" + topics[0], $"{id}: the destination is not the source");
            int.Parse(properties["MaximumRetryAttempts"]!.ToString()).ShouldBePositive($"{id}: without a limit the service cuts it to 10 retries");
        }
    }

    [Fact]
    public void StreamEvents_KeepTheServiceRules()
    {
        var events = Checkout.Template.DynamoDbStreamEvents;
        events.Select(source => source.Batch.FunctionId).ShouldBe(["PublishReferenceFunction", "TriggerReplayFunction"], ignoreOrder: true);
        events.GroupBy(source => source.TableId).ShouldAllBe(table => table.Count() <= 2, "a stream has two readers at most");
        foreach (var source in events)
        {
            Checkout.Template.Tables[source.TableId].StreamViewType.ShouldBe("NEW_AND_OLD_IMAGES");
            source.FromBeginning.ShouldBeTrue();
            source.OnFailure.ShouldBe("ReferenceChangeFailures");
            source.Batch.ReportBatchItemFailures.ShouldBeTrue();
            source.Batch.BisectBatchOnFunctionError.ShouldBeTrue();
            source.Batch.BatchingWindow.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
            source.Batch.MaximumRetryAttempts.ShouldNotBeNull();
            source.Batch.MaximumRecordAge!.Value.ShouldBeLessThan(TimeSpan.FromHours(24), "the stream itself keeps no more");
        }
    }

    [Fact]
    public void Tables_AreThoseTheCodeReads()
    {
        Checkout.Template.Tables.Values.Select(Describe).ShouldBe(
        [
            "entitysync-delivery-classes name:S:HASH stream NEW_AND_OLD_IMAGES ttl -",
            "entitysync-replays replayId:S:HASH part:S:RANGE stream - ttl expiresAt",
        ]);

        static string Describe(TableDefinition table) =>
            $"{table.Name} {string.Join(' ', table.Keys.Select(key => $"{key.Attribute}:{key.AttributeType}:{key.KeyType}"))} stream {table.StreamViewType ?? "-"} ttl {table.TimeToLiveAttribute ?? "-"}";
    }

    private static IEnumerable<(string Id, JsonObject Properties)> KafkaMappings() =>
        from resource in Checkout.Template.Root["Resources"]!.AsObject()
        where resource.Value!["Type"]!.ToString() == "AWS::Lambda::EventSourceMapping"
        select (resource.Key, resource.Value!["Properties"]!.AsObject());
}
