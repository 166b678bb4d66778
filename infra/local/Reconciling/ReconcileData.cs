using EntitySync.Local.Demo;

namespace EntitySync.Local.Reconciling;

/// <summary>Everything the demo sends, in the order of sending: three waves.</summary>
public sealed record ReconcileData(IReadOnlyList<IReadOnlyList<SentMessage>> Sent)
{
    /// <summary>First messages; what was held back; what comes too late.</summary>
    public const int Waves = 3;

    /// <summary>Within the 12 hours that an event source takes a record for worth trying, and over the demo's deadline.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromHours(2);

    /// <summary>After the first message of an order; no order that is sent with the present time reaches it.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromHours(1);

    public int Count => Sent.Sum(wave => wave.Count);

    public long Bytes => Sent.Sum(wave => wave.Sum(message => (long)message.Key.Length + (message.Json?.Length ?? 0) + 70));

    /// <summary>The same numbers and seed give the same stories in the same order; timestamps follow <paramref name="now"/>.</summary>
    public static ReconcileData Generate(int orders, int seed, DateTimeOffset now)
    {
        var random = new Random(seed);
        var ofOrders = new OrderScripts(random).Make(orders);
        var ofInvoices = new InvoiceScripts(random, now).Make(Math.Max(8, orders / 4));
        return new ReconcileData([.. Enumerable.Range(0, Waves).Select(wave => Wave(ofOrders, ofInvoices, wave, random, now.AddMilliseconds(-Waves + wave)))]);
    }

    private static List<SentMessage> Wave(List<EntityScript> orders, List<EntityScript> invoices, int wave, Random random, DateTimeOffset now)
    {
        var queues = new List<Queue<SentMessage>>();
        // Too late is too late: a duplicate would be one more dead letter, and says nothing new.
        var mayRepeat = wave < Waves - 1;
        foreach (var order in orders) Add(order, "orders", "products-manufactured");
        foreach (var invoice in invoices) Add(invoice, "invoices", "invoice-payments");
        return Shuffle(queues, random);

        void Add(EntityScript script, string expectedTopic, string arrivedTopic)
        {
            var timestamp = script.IsOld ? now - Age : now;
            queues.Add(new(script.Expected[wave].SelectMany(json => Repeated(new SentMessage(expectedTopic, script.Id, json, timestamp)))));
            foreach (var piece in script.Pieces[wave])
            {
                foreach (var message in Repeated(new SentMessage(arrivedTopic, script.Id, piece, timestamp))) queues.Add(new([message]));
            }
        }

        IEnumerable<SentMessage> Repeated(SentMessage message) => Enumerable.Repeat(message, mayRepeat && random.Next(5) == 0 ? 2 : 1);
    }

    /// <summary>Any order, but each queue keeps its own: the position of each message is drawn, and filled with the next one of its queue.</summary>
    private static List<SentMessage> Shuffle(List<Queue<SentMessage>> queues, Random random)
    {
        var places = queues.SelectMany(queue => Enumerable.Repeat(queue, queue.Count)).ToArray();
        random.Shuffle(places);
        return [.. places.Select(queue => queue.Dequeue())];
    }
}
