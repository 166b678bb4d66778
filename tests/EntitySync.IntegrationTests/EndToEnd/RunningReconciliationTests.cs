using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>Messages into the topics, records out of the topics: event sources, functions, table and stream are those of template.yaml.</summary>
[Collection(nameof(OneRunningProduct)), Trait("Category", "Integration")]
public sealed class RunningReconciliationTests(RunningProduct product)
{
    [Fact]
    public async Task OrderAndItsProducts_InAnyOrder_AreShippedOnce_AndTheApiTellsAllAlong()
    {
        await using var shipping = new TopicLog(product.Runner.Connection, "shipping", 3);
        var id = LocalPartsFixture.Unique("o");
        await ProduceAsync("products-manufactured", id, $$"""{"orderId":"{{id}}","productId":"p-2","manufacturedAt":"2026-01-01T00:00:00Z","serialNumber":"s-2"}""");
        (await StatusAsync("order-shipping", id, "waiting"))["progress"]!.ToString().ShouldBe("1/? manufactured products");

        await ProduceAsync("orders", id, $$"""{"orderId":"{{id}}","customer":"é","products":[{"id":"p-1"},{"id":"p-2"}]}""");
        var open = await StatusAsync("order-shipping", id, "open");
        (open["progress"]!.ToString(), open["missing"]!.ToJsonString()).ShouldBe(("1/2 manufactured products", """["p-1"]"""));
        (await ListAsync("order-shipping", "open")).ShouldContain(id);

        for (var i = 0; i < 3; i++) await ProduceAsync("products-manufactured", id, $$"""{"orderId":"{{id}}","productId":"p-1","serialNumber":"s-1"}""");
        await StatusAsync("order-shipping", id, "complete");
        await RunningProduct.UntilAsync(() => shipping.Of(id).Count > 0 && product.Runner.EventSources.Status.All(source => source.Waiting == 0), () => "nothing shipped");

        var shipped = shipping.Of(id).ShouldHaveSingleItem();
        Encoding.UTF8.GetString(shipped.Value!).ShouldBe(
            $$"""{"orderId":"{{id}}","customer":"é","products":[{"id":"p-1"},{"id":"p-2"}],"manufactured":[{"productId":"p-1","manufacturedAt":null,"serialNumber":"s-1"},{"productId":"p-2","manufacturedAt":"2026-01-01T00:00:00Z","serialNumber":"s-2"}]}""");
        shipped.Headers[HeaderNames.Transition].ShouldStartWith($"order-shipping/{id}@");
        (await ListAsync("order-shipping", "open")).ShouldNotContain(id);
    }

    [Fact]
    public async Task UnpaidInvoice_IsReportedOnceByTheSweep_AndPaidAfterwards()
    {
        await using var overdue = new TopicLog(product.Runner.Connection, "invoices-overdue", 3);
        await using var paid = new TopicLog(product.Runner.Connection, "invoices-paid", 3);
        var id = LocalPartsFixture.Unique("i");
        await ProduceAsync("invoices", id, $$"""{"invoiceId":"{{id}}","total":{"amount":100.00,"currency":"EUR"},"dueAt":"2026-01-01T00:00:00Z"}""");
        await ProduceAsync("invoice-payments", id, $$"""{"reference":"{{id}}","paymentId":"a","amount":80.00,"currency":"EUR","bookedAt":"2026-01-02T00:00:00Z"}""");
        await RunningProduct.UntilAsync(() => View("invoice-payment", id)?["progress"]?.ToString() == "80.00/100.00 EUR payments", () => $"{View("invoice-payment", id)}");

        JsonNode.Parse(await SweepAsync())!["overdue"]!.GetValue<int>().ShouldBeGreaterThanOrEqualTo(1);
        await SweepAsync();
        (await StatusAsync("invoice-payment", id, "overdue"))["missing"]!.ToJsonString().ShouldBe("""{"amount":20.00,"currency":"EUR"}""");
        (await ListAsync("invoice-payment", "overdue")).ShouldContain(id);
        await ProduceAsync("invoice-payments", id, $$"""{"reference":"{{id}}","paymentId":"b","amount":20.00,"currency":"EUR","bookedAt":"2026-01-03T00:00:00Z"}""");
        await RunningProduct.UntilAsync(() => paid.Of(id).Count > 0 && overdue.Of(id).Count > 0, () => $"{paid.Of(id).Count} paid, {overdue.Of(id).Count} overdue");

        paid.Of(id).ShouldHaveSingleItem();
        JsonNode.Parse(overdue.Of(id).ShouldHaveSingleItem().Value!)!["progress"]!.ToString().ShouldBe("80.00/100.00 EUR payments");
    }

    [Fact]
    public async Task UnknownReconciliationAndId_Are404()
    {
        using var misspelt = await product.Http.GetAsync("reconciliations/order-shiping/o-1");
        misspelt.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await misspelt.Content.ReadAsStringAsync()).ShouldContain("Did you mean 'order-shipping'?");
        using var unknown = await product.Http.GetAsync($"reconciliations/order-shipping/{LocalPartsFixture.Unique("o")}");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var wrong = await product.Http.GetAsync("reconciliations/order-shipping?status=late");
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task ProduceAsync(string topic, string key, string value)
    {
        using var writer = new KafkaTopicWriter(product.Runner.Connection, NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System);
        var results = await writer.WriteAsync([new OutgoingRecord { Topic = topic, Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value) }], CancellationToken.None);
        results.ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
    }

    private async Task<JsonNode> StatusAsync(string entity, string id, string status)
    {
        await RunningProduct.UntilAsync(() => View(entity, id)?["status"]?.ToString() == status, () => $"{entity} {id} is {View(entity, id)}, not {status}");
        return View(entity, id)!;
    }

    private JsonNode? View(string entity, string id)
    {
        using var answer = product.Http.Send(new HttpRequestMessage(HttpMethod.Get, $"reconciliations/{entity}/{id}"));
        return answer.IsSuccessStatusCode ? JsonNode.Parse(answer.Content.ReadAsStream()) : null;
    }

    private async Task<IReadOnlyList<string>> ListAsync(string entity, string status)
    {
        var ids = new List<string>();
        var token = "";
        do
        {
            var page = JsonNode.Parse(await product.Http.GetStringAsync($"reconciliations/{entity}?status={status}&limit=2{token}"))!;
            ids.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.ToString()));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : "";
        }
        while (token.Length > 0);
        return ids;
    }

    private async Task<string> SweepAsync() => Encoding.UTF8.GetString((await product.Runner.Functions.InvokeAsync("SweepOverdueFunction", "{}"u8.ToArray(), CancellationToken.None)).Payload.Span);
}
