using System.Text;
using EntitySync.Core.Errors;

namespace EntitySync.Tests.Reconciliation;

public sealed class ReconciliationViewTests
{
    private readonly ReconciliationRig _rig = new();

    [Fact]
    public async Task OpenOrder_SaysWhatArrivedAndWhatIsMissing()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1", "p2"));
        await _rig.RunAsync(_rig.Product("o-1", "p2"), _rig.Product("o-1", "p9"));

        View("o-1").ShouldBe(string.Concat(
            """{"entity":"order-shipping","id":"o-1","status":"open","since":"2026-01-01T00:00:00Z","dueAt":"2026-01-03T00:00:00Z","overdueAt":null,"completedAt":null,"expiresAt":null,""",
            "\"progress\":\"1/2 manufactured products\",\"expected\":[\"p1\",\"p2\"],\"arrived\":[",
            """{"element":"p2","at":"products-manufactured-0@0","timestamp":"2026-01-01T00:00:00Z"},{"element":"p9","at":"products-manufactured-0@1","timestamp":"2026-01-01T00:00:00Z"}],""",
            "\"missing\":[\"p1\"],\"unexpected\":[",
            """{"element":"p9","at":"products-manufactured-0@1","timestamp":"2026-01-01T00:00:00Z"}],"positions":{"orders-0":0,"products-manufactured-0":1}}"""));
    }

    [Fact]
    public async Task WaitingOrder_ExpectsNobodyKnowsWhatAndExpires()
    {
        await _rig.RunAsync(_rig.Product("o-1", "p2"));
        View("o-1").ShouldBe(string.Concat(
            """{"entity":"order-shipping","id":"o-1","status":"waiting","since":"2026-01-01T00:00:00Z","dueAt":null,"overdueAt":null,"completedAt":null,"expiresAt":"2026-01-31T00:00:00Z",""",
            "\"progress\":\"1/? manufactured products\",\"expected\":null,",
            """ "arrived":[{"element":"p2","at":"products-manufactured-0@0","timestamp":"2026-01-01T00:00:00Z"}],"missing":null,"unexpected":[],"positions":{"products-manufactured-0":0}}""".TrimStart()));

        _rig.Clock.Advance(TimeSpan.FromDays(30));
        View("o-1").ShouldContain("\"status\":\"expired\"");
    }

    [Fact]
    public async Task Invoice_ShowsAmountsWithTheirDigits()
    {
        await _rig.RunAsync(_rig.Invoice("i-1", "100.00"), _rig.Payment("i-1", "a", "79.990"), _rig.Payment("i-1", "b", "5", "USD"));
        View("i-1", "invoice-payment").ShouldEndWith(string.Concat(
            "\"progress\":\"79.990/100.00 EUR payments\",\"expected\":{\"amount\":100.00,\"currency\":\"EUR\"},\"arrived\":[",
            """{"element":"a","at":"invoice-payments-0@0","timestamp":"2026-01-01T00:00:00Z","amount":79.990,"currency":"EUR"},""",
            """{"element":"b","at":"invoice-payments-0@1","timestamp":"2026-01-01T00:00:00Z","amount":5,"currency":"USD"}],"missing":{"amount":20.010,"currency":"EUR"},""",
            """ "unexpected":[{"element":"b","at":"invoice-payments-0@1","timestamp":"2026-01-01T00:00:00Z","amount":5,"currency":"USD"}],"positions":{"invoice-payments-0":1,"invoices-0":0}}""".TrimStart()));
    }

    [Fact]
    public async Task MessageThatTheDefinitionCannotReadAnyMore_IsSaidSo()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        var state = _rig.Table.Find("order-shipping", "o-1")! with { Document = Encoding.UTF8.GetBytes("""{"orderId":"o-1","lines":[]}""") };
        Encoding.UTF8.GetString(_rig.View.Describe(state)).ShouldContain(
            "\"progress\":\"0/? manufactured products\",\"problem\":\"the definition cannot read the expected message any more\",\"expected\":null");
    }

    [Fact]
    public async Task UnknownReconciliation_IsNamed()
    {
        await _rig.RunAsync(_rig.Order("o-1", "p1"));
        var state = _rig.Table.Find("order-shipping", "o-1")! with { Entity = "order-shiping" };
        Should.Throw<InvalidRequestException>(() => _rig.View.Progress(state)).Message
            .ShouldBe("reconciliation 'order-shiping' is not known; known: invoice-payment, order-shipping. Did you mean 'order-shipping'?");
    }

    private string View(string id, string entity = "order-shipping") => Encoding.UTF8.GetString(_rig.View.Describe(_rig.Table.Find(entity, id)!));
}
