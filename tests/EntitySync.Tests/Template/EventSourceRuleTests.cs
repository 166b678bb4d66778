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
    public void KafkaEvents_AreTheSameOnBothKindsOfCluster(string clusterArn)
    {
        var template = SamTemplate.Load(Checkout.PathOf("template.yaml"), new Dictionary<string, string> { ["KafkaClusterArn"] = clusterArn });
        KafkaEventSettings[] expected =
        [
            new KafkaEventSettings(
                new BatchSettings("EnrichItemUpdates", "EnrichFunction", 500, TimeSpan.FromSeconds(1), ReportBatchItemFailures: true, BisectBatchOnFunctionError: true, 100, TimeSpan.FromHours(12)),
                SampleDefinitions.Item().UpdatesTopic(), "entitysync-local-enrich-item-updates", FromBeginning: true, Pollers: 1, OnFailureTopic: SampleDefinitions.Item().DeadLetterTopic()),
            Reconcile("ReconcileInvoicePayments", "invoice-payments", "invoice-payment-dead-letters"),
            Reconcile("ReconcileInvoices", "invoices", "invoice-payment-dead-letters"),
            Reconcile("ReconcileOrders", "orders", "order-shipping-dead-letters"),
            Reconcile("ReconcileProductsManufactured", "products-manufactured", "order-shipping-dead-letters"),
            Source("ProjectReadModelOrderEvents", "ProjectReadModelFunction", "project", "order-events", "orders-reporting-dead-letters"),
            Source("ProjectReadModelOrderPayments", "ProjectReadModelFunction", "project", "order-payments", "orders-reporting-dead-letters"),
        ];

        // Whoever adds a definition has more.
        template.KafkaEvents.Where(source => expected.Any(each => each.Batch.Id == source.Batch.Id)).ShouldBe(expected);

        static KafkaEventSettings Reconcile(string id, string topic, string deadLetters) => Source(id, "ReconcileFunction", "reconcile", topic, deadLetters);

        static KafkaEventSettings Source(string id, string function, string verb, string topic, string deadLetters) => new(
            new BatchSettings(id, function, 500, TimeSpan.FromSeconds(1), ReportBatchItemFailures: true, BisectBatchOnFunctionError: true, 100, TimeSpan.FromHours(12)),
            topic, $"entitysync-local-{verb}-{topic}", FromBeginning: true, Pollers: 1, OnFailureTopic: deadLetters);
    }

    [Fact]
    public void Reconcile_ReadsAllTopicsOfTheDefinitions() => TopicsOf("ReconcileFunction").ShouldBe(DefinitionLoader.LoadReconciliations(Checkout.PathOf("infra", "entities")).Topics, ignoreOrder: true);

    [Fact]
    public void ProjectReadModel_ReadsAllTopicsOfTheDefinitions() => TopicsOf("ProjectReadModelFunction").ShouldBe(DefinitionLoader.LoadReadModels(Checkout.PathOf("infra", "entities")).Topics, ignoreOrder: true);

    [Fact]
    public void PublishCompleted_HearsOfTheTwoTransitionsOnly()
    {
        var filters = Checkout.Template.Root["Resources"]!["PublishCompletedTransitions"]!["Properties"]!["FilterCriteria"]!["Filters"]!.AsArray();
        filters.Select(filter => Describe(JsonNode.Parse(filter!["Pattern"]!.ToString())!)).ShouldBe(["MODIFY: open, overdue -> complete", "MODIFY: open -> overdue"]);

        static string Describe(JsonNode pattern) => $"{Texts(pattern["eventName"])}: {Status(pattern, "OldImage")} -> {Status(pattern, "NewImage")}";

        static string Status(JsonNode pattern, string image) => Texts(pattern["dynamodb"]![image]!["status"]!["S"]);

        static string Texts(JsonNode? list) => string.Join(", ", list!.AsArray().Select(text => text!.ToString()));
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
        events.Select(source => source.Batch.FunctionId).Distinct().ShouldBe(["PublishReferenceFunction", "TriggerReplayFunction", "PublishCompletedFunction"], ignoreOrder: true);
        events.GroupBy(source => source.TableId).ShouldAllBe(table => table.Count() <= 2, "a stream has two readers at most");
        foreach (var source in events)
        {
            Checkout.Template.Tables[source.TableId].StreamViewType.ShouldBe("NEW_AND_OLD_IMAGES");
            source.FromBeginning.ShouldBeTrue();
            source.OnFailure.ShouldBe(source.TableId == "ReconciliationsTable" ? "TransitionFailures" : "ReferenceChangeFailures");
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
        new[]
        {
            "entitysync-delivery-classes name:S:HASH stream NEW_AND_OLD_IMAGES ttl -",
            "entitysync-feeds feed:S:HASH first:N:RANGE stream - ttl -",
            "entitysync-read-models readModel:S:HASH part:S:RANGE stream - ttl -",
            "entitysync-reconciliations entityId:S:HASH stream NEW_AND_OLD_IMAGES ttl expiresAt; byStatus statusPart:S:HASH nextAt:N:RANGE INCLUDE since",
            "entitysync-replays replayId:S:HASH part:S:RANGE stream - ttl expiresAt",
        }.ShouldBeSubsetOf(Checkout.Template.Tables.Values.Select(Describe));

        static string Describe(TableDefinition table) =>
            $"{table.Name} {Keys(table.Keys)} stream {table.StreamViewType ?? "-"} ttl {table.TimeToLiveAttribute ?? "-"}"
                + string.Concat(table.Indexes.Select(index => $"; {index.Name} {Keys(index.Keys)} {index.ProjectionType} {string.Join(' ', index.Projected)}"));

        static string Keys(IEnumerable<TableKey> keys) => string.Join(' ', keys.Select(key => $"{key.Attribute}:{key.AttributeType}:{key.KeyType}"));
    }

    private static IEnumerable<string> TopicsOf(string functionId) => Checkout.Template.KafkaEvents.Where(source => source.Batch.FunctionId == functionId).Select(source => source.Topic);

    private static IEnumerable<(string Id, JsonObject Properties)> KafkaMappings() =>
        from root in Checkout.Template.Roots
        from resource in root["Resources"]!.AsObject()
        where resource.Value!["Type"]!.ToString() == "AWS::Lambda::EventSourceMapping" && resource.Value!["Properties"]!["Topics"] is not null
        select (resource.Key, resource.Value!["Properties"]!.AsObject());
}
