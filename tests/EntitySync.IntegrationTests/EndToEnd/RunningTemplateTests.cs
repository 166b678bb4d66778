namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>What template.yaml says beside functions and topics runs on one machine as well: indexes, expiry, filters, schedules.</summary>
[Collection(nameof(OneRunningProduct)), Trait("Category", "Integration")]
public sealed class RunningTemplateTests(RunningProduct product)
{
    [Theory]
    [InlineData("ReconciliationsTable", "byStatus statusPart nextAt INCLUDE since", "expiresAt")]
    [InlineData("ReplaysTable", "", "expiresAt")]
    [InlineData("DeliveryClassesTable", "", null)]
    public async Task Table_HasItsIndexesAndItsExpiry(string resource, string indexes, string? expiry)
    {
        var name = product.Runner.Template.Tables[resource].Name;
        var table = (await product.Runner.DynamoDb.DescribeTableAsync(name, TestContext.Current.CancellationToken)).Table;
        string.Join("; ", (table.GlobalSecondaryIndexes ?? []).Select(index =>
            $"{index.IndexName} {string.Join(' ', index.KeySchema.Select(key => key.AttributeName))} {index.Projection.ProjectionType} {string.Join(' ', index.Projection.NonKeyAttributes ?? [])}")).ShouldBe(indexes);

        var expires = (await product.Runner.DynamoDb.DescribeTimeToLiveAsync(name, TestContext.Current.CancellationToken)).TimeToLiveDescription;
        expires.AttributeName.ShouldBe(expiry);
        expires.TimeToLiveStatus.Value.ShouldBe(expiry is null ? "DISABLED" : "ENABLED");
    }

    [Fact]
    public void Schedule_IsAnEventSource() =>
        product.Runner.EventSources.Status.Where(source => source.FunctionId == "SweepOverdueFunction").Select(source => source.Id).ShouldBe(["SweepOverdueFunction.EveryMinute"]);

    [Fact]
    public void TransitionsAreFiltered() =>
        product.Runner.Template.DynamoDbStreamEvents.Single(source => source.TableId == "ReconciliationsTable").Filter!.Patterns.Count.ShouldBe(2);
}
