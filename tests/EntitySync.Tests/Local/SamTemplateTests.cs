using EntitySync.Local.Template;

namespace EntitySync.Tests.Local;

/// <summary>What the runner takes from a template of its own: indexes, filters, schedules.</summary>
public sealed class SamTemplateTests : IDisposable
{
    private const string Table = """
        Resources:
          StateTable:
            Type: AWS::DynamoDB::Table
            Properties:
              TableName: states
              AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: part, AttributeType: S }, { AttributeName: nextAt, AttributeType: N }]
              KeySchema: [{ AttributeName: id, KeyType: HASH }]
              GlobalSecondaryIndexes:
                - IndexName: byStatus
                  KeySchema: [{ AttributeName: part, KeyType: HASH }, { AttributeName: nextAt, KeyType: RANGE }]
                  Projection: { ProjectionType: INCLUDE, NonKeyAttributes: [since] }
              TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true }
              StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }

        """;


    private const string Pattern = """{"dynamodb":{"NewImage":{"status":{"S":["complete"]}}}}""";
    private const string Filter = $"{{ Filters: [{{ Pattern: '{Pattern}' }}] }}";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Index_IsReadWithItsKeysAndProjection()
    {
        var table = Load(Table).Tables["StateTable"];

        table.Keys.ShouldBe([new TableKey("id", "S", "HASH")]);
        table.TimeToLiveAttribute.ShouldBe("expiresAt");
        var index = table.Indexes.ShouldHaveSingleItem();
        (index.Name, index.ProjectionType).ShouldBe(("byStatus", "INCLUDE"));
        index.Keys.ShouldBe([new TableKey("part", "S", "HASH"), new TableKey("nextAt", "N", "RANGE")]);
        index.Projected.ShouldBe(["since"]);
    }

    [Fact]
    public void FilterOfAStream_IsRead_AsEventAndAsMapping()
    {
        var template = Load(Table + $$"""
              PublishFunction:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: A::B::C
                  Events:
                    States: { Type: DynamoDB, Properties: { Stream: !GetAtt StateTable.StreamArn, StartingPosition: TRIM_HORIZON, FilterCriteria: {{Filter}} } }
              Mapping:
                Type: AWS::Lambda::EventSourceMapping
                Properties: { FunctionName: !Ref PublishFunction, EventSourceArn: !GetAtt StateTable.StreamArn, StartingPosition: TRIM_HORIZON, FilterCriteria: {{Filter}} }
            """);

        template.DynamoDbStreamEvents.Select(source => (source.Batch.Id, source.Batch.FunctionId, source.TableId, source.Filter!.Patterns.ShouldHaveSingleItem().Text)).ShouldBe(
        [
            ("PublishFunction.States", "PublishFunction", "StateTable", Pattern),
            ("Mapping", "PublishFunction", "StateTable", Pattern),
        ]);
        template.KafkaEvents.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Schedule", "Schedule")]
    [InlineData("ScheduleV2", "ScheduleExpression")]
    public void Schedule_IsRead(string type, string property)
    {
        var template = Load($$"""
            Resources:
              SweepFunction:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: A::B::C
                  Events: { EveryMinute: { Type: {{type}}, Properties: { {{property}}: rate(1 minute) } } }
            """);

        template.Schedules.ShouldBe([new ScheduleSettings("SweepFunction.EveryMinute", "SweepFunction", TimeSpan.FromMinutes(1), null)]);
    }

    [Fact]
    public void FilterOfATopic_IsRefused()
    {
        var refused = Should.Throw<InvalidDataException>(() => Load($$"""
            Resources:
              Orders:
                Type: AWS::Lambda::EventSourceMapping
                Properties: { FunctionName: Publish, Topics: [orders], FilterCriteria: {{Filter}} }
            """));
        refused.Message.ShouldBe("Orders: the local runner filters records of DynamoDB streams, not of Kafka topics.");
    }

    private SamTemplate Load(string text)
    {
        File.WriteAllText(_file, text);
        return SamTemplate.Load(_file);
    }
}
