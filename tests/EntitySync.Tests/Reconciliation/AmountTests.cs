using EntitySync.Core.Reconciliation;

namespace EntitySync.Tests.Reconciliation;

public sealed class AmountTests
{
    private readonly ReconciliationRig _rig = new();

    [Fact]
    public async Task Payments_CompleteAnInvoiceInAnyOrderWithTheirDigits()
    {
        await _rig.RunAsync(_rig.Payment("i-1", "a", "80"));
        await _rig.RunAsync(_rig.Invoice("i-1", "\"100.00\""));
        await _rig.RunAsync(_rig.Payment("i-1", "b", "\"19.995\""));
        await _rig.RunAsync(_rig.Payment("i-1", "a", "80"));
        await _rig.RunAsync(_rig.Payment("i-1", "c", "0.005"));

        _rig.EntityLines.ShouldBe(
        [
            "invoice-payment i-1: 80/? EUR payments, waiting",
            "invoice-payment i-1: 80.00/100.00 EUR payments, open",
            "invoice-payment i-1: 99.995/100.00 EUR payments, open",
            "invoice-payment i-1: 99.995/100.00 EUR payments, open",
            "invoice-payment i-1: 100.000/100.00 EUR payments, complete",
        ]);
        (await _rig.PublishAsync()).ShouldBe([PublicationOutcome.Written]);
        _rig.Published("invoices-paid").ShouldBe(
        [
            "i-1 " + """{"invoiceId":"i-1","total":{"value":"100.00","currency":"EUR"},"dueAt":"2026-02-01T00:00:00Z","payments":["""
                + """{"payment":"a","value":80,"method":"unknown"},{"payment":"b","value":"19.995","method":"unknown"},{"payment":"c","value":0.005,"method":"unknown"}]}"""
                + " invoice-payment/i-1@6",
        ]);
    }

    [Fact]
    public async Task PaymentOfAnotherCurrency_IsKeptAndDoesNotCount()
    {
        await _rig.RunAsync(_rig.Payment("i-1", "b", "5", "USD"), _rig.Payment("i-1", "a", "5"));
        await _rig.RunAsync(_rig.Invoice("i-1", "10.00"));
        await _rig.RunAsync(_rig.Payment("i-1", "c", "5"));

        _rig.EntityLines.ShouldBe(
        [
            "invoice-payment i-1: several currencies/? payments, waiting",
            "invoice-payment i-1: 5.00/10.00 EUR payments, open",
            "invoice-payment i-1: 10.00/10.00 EUR payments, complete",
        ]);
        await _rig.PublishAsync();
        _rig.Published("invoices-paid").Single().ShouldContain(""","payments":[{"payment":"a","value":5,"method":"unknown"},{"payment":"c","value":5,"method":"unknown"}]}""");
    }

    [Fact]
    public async Task LargeAndSmallAmounts_AreSummedExactly()
    {
        await _rig.RunAsync(_rig.Invoice("i-1", "9999999999999999999999999999"), _rig.Payment("i-1", "a", "9999999999999999999999999998.0"), _rig.Payment("i-1", "b", "0.9999999999999999999999999999"));
        _rig.DeadLetters.ShouldBe(["invoice-payments-0@0: 'value' is '9999999999999999999999999998.0': a number has at most 28 digits"]);

        await _rig.RunAsync(_rig.Payment("i-1", "c", "9999999999999999999999999998"));
        _rig.EntityLines[^1].ShouldBe("invoice-payment i-1: 9999999999999999999999999998.9999999999999999999999999999/9999999999999999999999999999 EUR payments, open");
        await _rig.RunAsync(_rig.Payment("i-1", "d", "1e-28"));
        _rig.EntityLines[^1].ShouldBe("invoice-payment i-1: 9999999999999999999999999999.0000000000000000000000000000/9999999999999999999999999999 EUR payments, complete");
    }

    [Fact]
    public async Task Refund_TakesAway()
    {
        await _rig.RunAsync(_rig.Invoice("i-1", "10"), _rig.Payment("i-1", "a", "8.5"), _rig.Payment("i-1", "b", "-0.55"));
        _rig.EntityLines.ShouldBe(["invoice-payment i-1: 7.95/10 EUR payments, open"]);
    }

    [Fact]
    public async Task AmendmentWithTheSameAmount_IsTheSame()
    {
        await _rig.RunAsync(_rig.Invoice("i-1", "10"), _rig.Payment("i-1", "a", "10"));
        await _rig.RunAsync(_rig.Invoice("i-1", "10.00"));
        await _rig.RunAsync(_rig.Invoice("i-1", "10.01"));
        await _rig.RunAsync(_rig.Invoice("i-1", "10", "USD"));
        _rig.DeadLetters.Select(letter => letter.Split(' ')[0]).ShouldBe(["invoices-0@2:", "invoices-0@3:"]);
    }
}
