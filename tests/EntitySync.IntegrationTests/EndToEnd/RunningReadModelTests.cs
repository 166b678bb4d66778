using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using EntitySync.Local.StepFunctions;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>Events into the topics, rows out of the API, before and after a rebuild: event sources, functions, tables, routes and state machine are those of template.yaml.</summary>
[Collection(nameof(OneRunningProduct)), Trait("Category", "Integration")]
public sealed class RunningReadModelTests(RunningProduct product)
{
    [Fact]
    public async Task Order_IsFoundByKeyAndIndex_BeforeAndAfterARebuild_AndItsEventsAreAFeed()
    {
        var id = LocalPartsFixture.Unique("o");
        await ProduceAsync("order-payments", id, $$"""{"paymentId":"{{id}}-1","orderId":"{{id}}","amount":12.50,"bookedAt":"2026-01-03T00:00:00Z"}""");
        await ProduceAsync("order-events", id, $$"""{"eventId":"{{id}}-2","type":"OrderShipped","orderId":"{{id}}","at":"2026-01-02T00:00:00Z","status":"Shipped","carrier":"é"}""");
        await ProduceAsync("order-events", id, $$"""{"eventId":"{{id}}-1","type":"OrderPlaced","orderId":"{{id}}","at":"2026-01-01T00:00:00Z","status":"Placed","total":12.50,"customer":{"name":"c-{{id}}"} }""");
        await RunningProduct.UntilAsync(() => Row(id) is { } row && row["customer"] is not null && row["paid"] is not null && row["status"]!.ToString() == "Shipped", () => $"{Row(id)}");
        var before = Row(id)!.ToJsonString();

        var live = await LiveAsync();
        var arn = (await product.Runner.StepFunctions!.StartExecutionAsync(
            product.Runner.StateMachines["RebuildReadModelStateMachine"], LocalPartsFixture.Unique("rebuild"), """{"readModel":"orders-search"}""", CancellationToken.None)).Arn;
        var end = await product.EndOfAsync(arn);
        end.Status.Value.ShouldBe(Execution.Succeeded, end.Cause);
        JsonNode.Parse(end.Output)!["version"]!.GetValue<int>().ShouldBe(live + 1);

        (await LiveAsync()).ShouldBe(live + 1);
        Row(id)!.ToJsonString().ShouldBe(before);
        await RunningProduct.UntilAsync(() => Versions(id) == $"{live + 1}", () => $"version {Versions(id)} answers");
        var list = JsonNode.Parse(await product.Http.GetStringAsync($"read-models/orders-search?index=byCustomer&key=c-{id}"))!;
        list["items"]!.AsArray().Select(item => item!["key"]!.ToString()).ShouldBe([id]);
        (await product.Http.GetStringAsync("feeds/order-events")).ShouldContain(id);
    }

    [Fact]
    public async Task UnknownReadModelFeedAndRow_Are404()
    {
        foreach (var path in new[] { "read-models/orders-serch", "read-models/orders-search/no-such-order", "feeds/order-event" })
        {
            using var answer = await product.Http.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }
    }

    private JsonNode? Row(string id)
    {
        using var answer = product.Http.Send(new HttpRequestMessage(HttpMethod.Get, $"read-models/orders-search/{id}"));
        return answer.IsSuccessStatusCode ? JsonNode.Parse(answer.Content.ReadAsStream()) : null;
    }

    private string Versions(string id)
    {
        using var answer = product.Http.Send(new HttpRequestMessage(HttpMethod.Get, $"read-models/orders-search/{id}"));
        return string.Join(' ', answer.Headers.GetValues("Read-Model-Version"));
    }

    private async Task<int> LiveAsync() => JsonNode.Parse(await product.Http.GetStringAsync("read-models/orders-search"))!["liveVersion"]!.GetValue<int>();

    private async Task ProduceAsync(string topic, string key, string value)
    {
        using var writer = new KafkaTopicWriter(product.Runner.Connection, NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System);
        var results = await writer.WriteAsync([new OutgoingRecord { Topic = topic, Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value) }], CancellationToken.None);
        results.ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
    }
}
