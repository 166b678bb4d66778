using System.Globalization;

namespace EntitySync.Local.Reconciling;

/// <summary>Makes invoices and the payments of them: amounts that binary fractions cannot hold, in pieces, as numbers and as texts.</summary>
internal sealed class InvoiceScripts(Random random, DateTimeOffset now)
{
    private const int Stories = 8;

    private int _payment;

    public List<EntityScript> Make(int invoices)
    {
        var scripts = new List<EntityScript>();
        for (var number = 0; number < invoices; number++)
        {
            var invoice = new EntityScript($"i-{number + 1:D6}", IsOld: number % Stories is 5 or 6);
            Tell(invoice, number % Stories);
            scripts.Add(invoice);
        }

        return scripts;
    }

    private void Tell(EntityScript invoice, int story)
    {
        switch (story)
        {
            case 0: // 0.10 and 0.20 are 0.30
                invoice.Expected[0].Add(Invoice(invoice, "0.30"));
                Pay(invoice, 0, "0.10", "0.20");
                break;
            case 1:
                PayInPieces(invoice, random.Next(3, 9), expectedWave: 0);
                break;
            case 2: // the payments come first
                PayInPieces(invoice, random.Next(2, 5), expectedWave: 1);
                break;
            case 3: // lowered to what was paid
                invoice.Expected[0].Add(Invoice(invoice, "100.00"));
                invoice.Expected[0].Add(Invoice(invoice, "80.00"));
                Pay(invoice, 0, "33.33", "33.33", "13.34");
                break;
            case 4:
                invoice.Expected[0].Add(Invoice(invoice, "50"));
                invoice.Expected[0].Add(Invoice(invoice, "50", status: "credited"));
                Pay(invoice, 0, "20");
                Pay(invoice, 1, "30");
                break;
            case 5: // a cent is missing
                invoice.Expected[0].Add(Invoice(invoice, "99999999999999999.99"));
                Pay(invoice, 0, "99999999999999999.98");
                break;
            case 6: // the last cent comes after the deadline
                invoice.Expected[0].Add(Invoice(invoice, "10.000"));
                Pay(invoice, 0, "9.99");
                Pay(invoice, 1, "0.01");
                break;
            default: // dollars do not count
                invoice.Expected[0].Add(Invoice(invoice, "12.50"));
                invoice.Pieces[0].Add(Payment(invoice, "5.00", "USD"));
                Pay(invoice, 0, "12.4");
                Pay(invoice, 1, "0.1");
                break;
        }
    }

    private void PayInPieces(EntityScript invoice, int pieces, int expectedWave)
    {
        var cents = Enumerable.Range(0, pieces).Select(_ => random.Next(1, 100_000)).ToList();
        Pay(invoice, 0, [.. cents.Select(Text)]);
        invoice.Expected[expectedWave].Add(Invoice(invoice, Text(cents.Sum())));

        static string Text(int cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
    }

    private void Pay(EntityScript invoice, int wave, params string[] amounts)
    {
        foreach (var amount in amounts)
        {
            var payment = Payment(invoice, amount, "EUR");
            invoice.Pieces[wave].Add(payment);
            if (random.Next(6) == 0) invoice.Pieces[wave].Add(payment); // the bank tells it twice
        }
    }

    private string Invoice(EntityScript invoice, string amount, string status = "sent") =>
        $$"""{"invoiceId":"{{invoice.Id}}","status":"{{status}}","total":{"amount":{{amount}},"currency":"EUR"},"dueAt":"{{(invoice.IsOld ? now.AddDays(-1) : now.AddDays(14)).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}}"}""";

    private string Payment(EntityScript invoice, string amount, string currency) =>
        $$"""{"paymentId":"p-{{++_payment:D7}}","reference":"{{invoice.Id}}","amount":{{(random.Next(2) == 0 ? amount : $"\"{amount}\"")}},"currency":"{{currency}}","bookedAt":"2026-01-01"}""";
}
