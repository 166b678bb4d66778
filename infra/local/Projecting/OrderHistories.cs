using System.Globalization;
using EntitySync.Local.Demo;

namespace EntitySync.Local.Projecting;

/// <summary>
/// What happens to orders, in three waves: the history that is there at first, what happens while the first rebuild runs, and while the second one does. Within a wave
/// everything is sent mixed up and in part twice: a shipment before the order it belongs to, a payment before both.
/// </summary>
/// <param name="Waves">In the order of sending.</param>
public sealed record OrderHistories(IReadOnlyList<IReadOnlyList<SentMessage>> Waves)
{
    public const int Count = 3;
    public const string Events = "order-events";
    public const string Payments = "order-payments";

    /// <summary>States by rank, as orders-search has them.</summary>
    public static readonly string[] States = ["Placed", "Processed", "Shipped", "Delivered", "Cancelled"];

    private static readonly string[] Regions = ["north", "south", "east", "west"];
    private static readonly string[] Carriers = ["blue-post", "red-van", "own-fleet"];

    public int Messages => Waves.Sum(wave => wave.Count);

    public long Bytes => Waves.Sum(wave => wave.Sum(message => (long)message.Key.Length + (message.Json?.Length ?? 0) + 70));

    /// <summary>The same numbers and seed give the same histories in the same order.</summary>
    public static OrderHistories Generate(int orders, int seed, DateTimeOffset now)
    {
        var random = new Random(seed);
        var queues = Enumerable.Range(0, Count).Select(_ => new List<Queue<SentMessage>>()).ToList();
        for (var number = 1; number <= orders; number++) new Story(random, number, now).Tell(queues);
        return new OrderHistories([.. queues.Select(wave => Shuffle(wave, random))]);
    }

    // Any order, but each queue keeps its own.
    private static List<SentMessage> Shuffle(List<Queue<SentMessage>> queues, Random random)
    {
        var places = queues.SelectMany(queue => Enumerable.Repeat(queue, queue.Count)).ToArray();
        random.Shuffle(places);
        return [.. places.Select(queue => queue.Dequeue())];
    }

    /// <summary>One order.</summary>
    private sealed class Story(Random random, int number, DateTimeOffset now)
    {
        private readonly string _id = $"o-{number:D6}";
        private readonly string _region = Regions[random.Next(Regions.Length)];
        private readonly string _customer = $"Customer {random.Next(200)}";
        private readonly string _total = (random.Next(1_000, 100_000) / 100m).ToString("F2", CultureInfo.InvariantCulture);
        private DateTimeOffset _at = now.AddHours(-12).AddSeconds(random.Next(3_600));
        private int _serial;

        public void Tell(List<List<Queue<SentMessage>>> waves)
        {
            // Most are there at first, some begin while a rebuild runs.
            var wave = random.Next(10) switch { 0 => 1, 1 => 2, _ => 0 };
            if (number % 25 == 0) Deleted(waves, wave);
            else Ordered(waves, wave);
        }

        private void Ordered(List<List<Queue<SentMessage>>> waves, int wave)
        {
            var rank = random.Next(6);
            Send(waves[wave], Event("OrderPlaced", "Placed"));
            if (rank >= 1) Send(waves[Later(ref wave)], Event("OrderProcessed", "Processed"));
            if (rank >= 2) Send(waves[Later(ref wave)], Event("OrderShipped", "Shipped"));
            if (rank >= 3) Send(waves[Later(ref wave)], rank == 5 ? Event("OrderCancelled", "Cancelled") : Event("OrderDelivered", "Delivered"));
            for (var payment = random.Next(4); payment > 0; payment--) Send(waves[Later(ref wave)], Payment());
        }

        // What deletes, and what comes after it, is told in its order: it is the topic's own word that counts.
        private void Deleted(List<List<Queue<SentMessage>>> waves, int wave)
        {
            Send(waves[wave], Payment());
            var told = new Queue<SentMessage>([Event("OrderPlaced", "Placed"), Event("OrderProcessed", "Processed")]);
            _at = _at.AddMinutes(1);
            told.Enqueue(number % 50 == 0 ? new SentMessage(Events, _id, null, _at) : Event("OrderDeleted", "Deleted"));
            if (number % 100 == 0) told.Enqueue(Event("OrderPlaced", "Placed"));
            waves[wave].Add(told);
            if (number % 75 == 0) Send(waves[Later(ref wave)], Payment()); // of a time after the deletion
        }

        private int Later(ref int wave) => wave = random.Next(4) == 0 ? Math.Min(wave + 1, Count - 1) : wave;

        // A producer that is not idempotent sends some twice; the copy has the same id.
        private void Send(List<Queue<SentMessage>> wave, SentMessage message)
        {
            wave.Add(new([message]));
            if (random.Next(8) == 0) wave.Add(new([message]));
        }

        private SentMessage Event(string type, string status)
        {
            Next();
            var more = type switch
            {
                "OrderPlaced" => $$""","status":"{{status}}","customer":{"name":"{{_customer}}"},"total":{{_total}}""",
                "OrderShipped" => $$""","status":"{{status}}","carrier":"{{Carriers[random.Next(Carriers.Length)]}}","parcel":"P{{random.Next(1_000_000):D6}}" """.TrimEnd(),
                "OrderDeleted" => "",
                _ => $$""","status":"{{status}}" """.TrimEnd(),
            };
            return new SentMessage(Events, _id, $$"""{"eventId":"{{_id}}-e{{++_serial}}","type":"{{type}}","orderId":"{{_id}}","at":"{{At}}","day":"{{Day}}","region":"{{_region}}"{{more}}}""", _at);
        }

        private SentMessage Payment()
        {
            Next();
            return new SentMessage(
                Payments, _id, $$"""{"paymentId":"{{_id}}-p{{++_serial}}","orderId":"{{_id}}","bookedAt":"{{At}}","day":"{{Day}}","region":"{{_region}}","amount":{{random.Next(100, 30_000) / 100m:F2}}}""", _at);
        }

        private string At => _at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

        private string Day => _at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        // No two events of an order have one time.
        private void Next() => _at = _at.AddSeconds(random.Next(1, 3_000)).AddMilliseconds(random.Next(1, 999));
    }
}
