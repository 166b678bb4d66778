using System.Globalization;
using System.Text;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;

namespace EntitySync.Testing;

/// <summary>Writes of a table of reconciliations, in short, and its items as one line each.</summary>
public static class SampleReconciliationCalls
{
    public const string Entity = "order-shipping";

    private static readonly ReconciliationStatus[] BeforeOpen = [ReconciliationStatus.Waiting, ReconciliationStatus.Open, ReconciliationStatus.Cancelled];

    /// <summary>Not on a whole second: nothing of a moment may be lost.</summary>
    public static DateTimeOffset Start { get; } = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1234567);

    public static ReconciliationUpdate Update(string id, ExpectedChange? expected, DateTimeOffset now, params Arrival[] arrivals) =>
        new(Entity, id, expected, arrivals, now, Expiry(now));

    public static ExpectedChange Open(long offset, string document = "{}", int partition = 0, DateTimeOffset? timestamp = null, DateTimeOffset? due = null, bool keepsDue = true, params ReconciliationStatus[] from) => new(
        new Position("orders", partition, offset), timestamp ?? Start, Encoding.UTF8.GetBytes(document), ReconciliationStatus.Open, due, keepsDue, from.Length > 0 ? from : BeforeOpen);

    public static Arrival Piece(string element, long offset = 0, string fields = "{}", Amount? amount = null) =>
        new(element, new Position("products-manufactured", 1, offset), Start.AddMilliseconds(offset), Encoding.UTF8.GetBytes(fields), amount);

    public static ReconciliationTransition Transition(string id, ReconciliationStatus from, ReconciliationStatus to, long? version, DateTimeOffset now) =>
        new(Entity, id, from, version, to, now, Expiry(now));

    /// <summary>Whole seconds, as the table keeps them.</summary>
    public static DateTimeOffset Expiry(DateTimeOffset now) => DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 86400);

    /// <summary>All of an answer, for comparisons.</summary>
    public static string Describe(UpdateResult result) => $"{(result.IsWritten ? "written" : "refused")}: {Describe(result.State)}";

    /// <summary>All of an item, for comparisons.</summary>
    public static string Describe(ReconciliationState? state) => state is null
        ? "none"
        : $"{state.Entity}/{state.Id} {state.Status} v{state.Version} since {Moment(state.Since)} expected {state.ExpectedAt?.ToString() ?? "-"} {Moment(state.ExpectedTimestamp)} {Text(state.Document)}"
            + $" due {Moment(state.DueAt)} overdue {Moment(state.OverdueAt)} complete {Moment(state.CompletedAt)} expires {Moment(state.ExpiresAt)} next {Moment(state.NextAt)} [{string.Join("; ", state.Arrivals.Select(Describe))}]";

    /// <summary>All of an entry of the index.</summary>
    public static string Describe(ReconciliationEntry entry) => $"{entry.Id} since {Moment(entry.Since)} next {Moment(entry.NextAt)}";

    private static string Describe(Arrival arrival) =>
        string.Create(CultureInfo.InvariantCulture, $"{arrival.Element} {arrival.At} {Moment(arrival.Timestamp)} {Text(arrival.Fields)} {arrival.Amount?.Value} {arrival.Amount?.Currency}").TrimEnd();

    private static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.UTF8.GetString(some.Span) : "-";

    private static string Moment(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "-";
}
