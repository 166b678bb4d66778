using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Local.Synth;
using EntitySync.Local.Template;
using EntitySync.Tests.Template;

namespace EntitySync.Tests.Local.Synth;

public sealed class GeneratedTemplateTests : IDisposable
{
    private const string Lookup = """
        entity: %
        root: { topic: roots-of-%, key: sku }
        relations:
          class: { from: classes, source: table, key: name, match: class, set: { time: time }, strategy: lookup }
        output: { topic: merged-% }
        replay: { ids: { dynamodb: { table: ids, key: sku, indexes: { class: { index: byClass, attribute: class } } } } }
        """;

    private readonly Definitions _definitions = new();

    public void Dispose() => _definitions.Dispose();

    [Fact]
    public void FilesOfTheRepository_AreWhatTheDefinitionsSay()
    {
        // An account may allow more policies: the file says with how many it was written.
        var written = File.ReadLines(Checkout.PathOf(EntitiesTemplate.FileName)).First().Split("--policies-per-role ");
        var options = written.Length == 1 ? new SynthOptions() : new SynthOptions(int.Parse(written[1][..written[1].IndexOf('`', StringComparison.Ordinal)]));
        var result = EntitiesTemplate.Write(DefinitionSet.Load(Checkout.PathOf("infra", "entities")), options);
        File.ReadAllText(Checkout.PathOf(EntitiesTemplate.FileName)).ShouldBe(result.Entities, "run: dotnet run --project infra/local -- synth");
        File.ReadAllText(Checkout.PathOf(AlarmsTemplate.FileName)).ShouldBe(result.Alarms, "run: dotnet run --project infra/local -- synth");
    }

    [Fact]
    public void FurtherEntity_IsReadPermittedAndWatchedWithoutAnyOtherEdit()
    {
        var before = Write();
        _definitions.Add("shoe", Lookup);
        var result = Write();
        var template = Load(result);

        before.Entities.ShouldNotContain("shoe");
        template.KafkaEvents.Select(source => $"{source.Batch.Id}: {source.Topic} -> {source.Batch.FunctionId}, {source.ConsumerGroupId}, {source.OnFailureTopic}")
            .ShouldContain("EnrichShoeUpdates: shoe-updates -> EnrichFunction, entitysync-local-enrich-shoe-updates, shoe-dead-letters");
        foreach (var topic in (string[])["shoe-updates", "merged-shoe", "shoe-dead-letters", "shoe-replay", "roots-of-shoe"])
        {
            result.Entities.ShouldContain($"{{ Name: '{topic}', ");
            result.Entities.ShouldContain($":topic/${{KafkaClusterPath}}/{topic}'");
        }

        result.Alarms.ShouldContain("  ShoeDeadLettersAlarm:\n");

        SynthResult Write() => EntitiesTemplate.Write(_definitions.Add("hat", Lookup).Load(), new SynthOptions());
    }

    [Fact]
    public void ReferenceTable_HasItsStreamReadOnceForTheTopicAndOnceForReplays()
    {
        var template = Load(EntitiesTemplate.Write(_definitions.Add("hat", Lookup).Load(), new SynthOptions()));
        template.DynamoDbStreamEvents.Where(source => source.TableId == "ClassesTable").Select(source => (source.Batch.FunctionId, source.Batch.BatchSize))
            .ShouldBe([("PublishReferenceFunction", 100), ("TriggerReplayFunction", 1000)]);
        template.Tables["ClassesTable"].Name.ShouldBe("entitysync-classes");
    }

    [Fact]
    public void BroadcastFromATable_StartsNoReplays()
    {
        var text = EntitiesTemplate.Write(_definitions.Add("hat", Lookup.Replace("strategy: lookup", "strategy: broadcast", StringComparison.Ordinal)).Load(), new SynthOptions()).Entities;
        text.ShouldContain("  PublishReferenceClasses:\n");
        text.ShouldNotContain("  TriggerReplayClasses:\n");
        text.ShouldNotContain("  LookupsAccess");
    }

    [Fact]
    public void TablesOfReplayIds_AreReadByName() => EntitiesTemplate.Write(_definitions.Add("hat", Lookup).Load(), new SynthOptions()).Entities.ShouldContain(
        """
                  - Effect: Allow
                    Action: [dynamodb:Query, dynamodb:Scan]
                    Resource:
                      - !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TablePrefix}ids'
                      - !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TablePrefix}ids/index/byClass'
        """.ReplaceLineEndings("\n"));

    [Fact]
    public void TablesOfReplayIds_AreReadAlsoWhereNoRelationHasATable() => EntitiesTemplate.Write(
        _definitions.Add("hat", Lookup.Replace("source: table, ", "", StringComparison.Ordinal).Replace("strategy: lookup", "strategy: broadcast", StringComparison.Ordinal)).Load(), new SynthOptions()).Entities
        .ShouldContain("table/${TablePrefix}ids/index/byClass'\n");

    /// <summary>Each with the longest names that AWS and the parameters allow, as IAM counts them.</summary>
    [Fact]
    public void PoliciesOfAHundredTables_StayBelowTheirLimit()
    {
        for (var number = 0; number < 100; number++) _definitions.Add($"product{number:D3}", Lookup.Replace("from: classes", "from: classes-of-%", StringComparison.Ordinal).Replace("table: ids", "table: ids-of-%", StringComparison.Ordinal));
        var resources = TemplateReader.Read(new StringReader(EntitiesTemplate.Write(_definitions.Load(), new SynthOptions(25)).Entities), "x")["Resources"]!.AsObject();
        var policies = resources.Where(resource => resource.Value!["Type"]!.ToString() == "AWS::IAM::ManagedPolicy").ToList();

        foreach (var (id, policy) in policies) Resolved(policy!["Properties"]!["PolicyDocument"]!, resources).ToJsonString().Length.ShouldBeLessThanOrEqualTo(6144, id);
        foreach (var role in TemplateHead.Roles) policies.Count(policy => policy.Value!["Properties"]!["Roles"]!.AsArray().Any(each => each!["Ref"]!.ToString() == role + "Role")).ShouldBeLessThanOrEqualTo(25 - 3, role);
    }

    [Fact]
    public void DefinitionsInAnotherOrderOfFiles_GiveTheSameText()
    {
        using var other = new Definitions();
        _definitions.Add("a", Lookup.Replace("%", "hat", StringComparison.Ordinal)).Add("b", Lookup.Replace("%", "shoe", StringComparison.Ordinal));
        other.Add("b", Lookup.Replace("%", "hat", StringComparison.Ordinal)).Add("a", Lookup.Replace("%", "shoe", StringComparison.Ordinal));
        EntitiesTemplate.Write(_definitions.Load(), new SynthOptions()).Entities.ShouldBe(EntitiesTemplate.Write(other.Load(), new SynthOptions()).Entities);
    }

    [Fact]
    public void FeedsAlone_HaveATopicAndNoEmptyStack()
    {
        var result = EntitiesTemplate.Write(_definitions.Add("news", "kind: feed\nfeed: news\ntitle: News").Load(), new SynthOptions());
        (result.Topics, result.Sources).ShouldBe((1, 0));
        Resources(result.Alarms).ShouldBe(["Nothing"]);
        Resources(result.Entities).ShouldBe(["SecretsAccess", "CreateTopicsKafka1", "FeedKafka1", "Topics"]);

        static IEnumerable<string> Resources(string yaml) => TemplateReader.Read(new StringReader(yaml), "x")["Resources"]!.AsObject().Select(resource => resource.Key);
    }

    [Fact]
    public void AHundredEntities_FitIntoOneDeployment()
    {
        for (var number = 0; number < 100; number++) _definitions.Add($"product{number:D3}", Lookup);
        Should.Throw<InvalidDataException>(() => EntitiesTemplate.Write(_definitions.Load(), new SynthOptions())).Message.ShouldContain("run with --policies-per-role");

        var result = EntitiesTemplate.Write(_definitions.Load(), new SynthOptions(25));
        (result.Sources, result.Topics).ShouldBe((100, 502));
        result.Folded.ShouldNotContain("Feed");
        Load(result).KafkaEvents.Length.ShouldBe(100);
        result.Entities.Length.ShouldBeLessThan(1_000_000, "the size of a template in S3");
    }

    [Fact]
    public void NamesThatAreTheSameInLettersAndDigits_HaveDifferentIds()
    {
        var ids = new LogicalIds();
        var first = ids.Of("Enrich", "item-updates");
        first.ShouldBe("EnrichItemUpdates");
        ids.Of("Enrich", "item-updates").ShouldBe(first);
        var second = ids.Of("Enrich", "item.updates");
        second.ShouldStartWith(first);
        second.ShouldNotBe(first);
        ids.Of("Enrich", new string('x', 300)).Length.ShouldBe(255);
    }

    [Fact]
    public void Policies_StayBelowTheirLimit()
    {
        var names = Enumerable.Range(0, 100).Select(number => $"${{KafkaArnPrefix}}:topic/${{KafkaClusterPath}}/{new string('t', 200)}{number:D3}").ToList();
        var policies = PolicySplit.Of([new(["kafka-cluster:Connect"], ["${KafkaClusterArn}"]), new(["kafka-cluster:ReadData", "kafka-cluster:DescribeTopic"], [.. names])]);

        policies.SelectMany(policy => policy).Where(statement => statement.Actions.Length == 2).SelectMany(statement => statement.Resources).ShouldBe(names);
        policies.SelectMany(policy => policy).ShouldAllBe(statement => !statement.Resources.IsEmpty);
        foreach (var policy in policies)
        {
            var json = string.Concat(policy.Select(statement => $$"""{"Effect":"Allow","Action":["{{string.Join("\",\"", statement.Actions)}}"],"Resource":["{{string.Join("\",\"", statement.Resources.Select(Resolved))}}"]},"""));
            ("""{"Version":"2012-10-17","Statement":[]}""".Length + json.Length).ShouldBeLessThanOrEqualTo(6144);
        }

        // As long as AWS lets such an ARN be.
        static string Resolved(string resource) => resource.Replace("${KafkaArnPrefix}", "arn:aws-us-gov:kafka:us-gov-west-1:123456789012", StringComparison.Ordinal)
            .Replace("${KafkaClusterPath}", $"{new string('c', 64)}/00000000-0000-0000-0000-000000000000-10", StringComparison.Ordinal)
            .Replace("${KafkaClusterArn}", $"arn:aws-us-gov:kafka:us-gov-west-1:123456789012:cluster/{new string('c', 64)}/00000000-0000-0000-0000-000000000000-10", StringComparison.Ordinal);
    }

    private static JsonNode Resolved(JsonNode node, JsonObject resources) => node switch
    {
        JsonArray list => new JsonArray([.. list.Select(item => Resolved(item!, resources))]),
        JsonObject map when map["Fn::If"] is JsonArray sides => Resolved(sides[1]!, resources),
        JsonObject map when map["Fn::Sub"] is JsonValue text => Long(text.ToString()),
        JsonObject map when map["Ref"] is JsonValue => new string('r', 200),
        JsonObject map when map["Fn::GetAtt"] is JsonValue attribute => attribute.ToString().Split('.') is [var id, var name]
            ? $"arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/{Long(resources[id]!["Properties"]!["TableName"]!["Fn::Sub"]!.ToString())}{(name == "StreamArn" ? "/stream/2026-11-21T00:00:00.000" : "")}"
            : throw new InvalidDataException(attribute.ToString()),
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Resolved(pair.Value!, resources)))),
        _ => node.DeepClone(),
    };

    private static string Long(string text) => text.Replace("${TablePrefix}", new string('p', 100), StringComparison.Ordinal)
        .Replace("${AWS::Partition}", "aws-us-gov", StringComparison.Ordinal).Replace("${AWS::Region}", "us-gov-west-1", StringComparison.Ordinal).Replace("${AWS::AccountId}", "123456789012", StringComparison.Ordinal)
        .Replace("${KafkaArnPrefix}", "arn:aws-us-gov:kafka:us-gov-west-1:123456789012", StringComparison.Ordinal)
        .Replace("${KafkaClusterPath}", $"{new string('c', 64)}/00000000-0000-0000-0000-000000000000-10", StringComparison.Ordinal).Replace("${StackPrefix}", new string('s', 128), StringComparison.Ordinal);

    private static SamTemplate Load(SynthResult result) => SamTemplate.Load(
        Checkout.PathOf("template.yaml"), instead: new Dictionary<string, string> { [EntitiesTemplate.FileName] = result.Entities, [AlarmsTemplate.FileName] = result.Alarms });
}
