using System.Text;

namespace EntitySync.Local.Advise;

/// <summary>The advice to be read: a column a strategy, the recommendation, and what the figures rest on.</summary>
internal sealed class AdviceText
{
    private const int LabelWidth = 40;
    private const int ColumnWidth = 16;
    private readonly StringBuilder _text = new();
    private readonly IReadOnlyList<StrategyEstimate> _estimates;

    private AdviceText(IReadOnlyList<StrategyEstimate> estimates) => _estimates = estimates;

    public static string Of(Workload workload, IReadOnlyList<StrategyEstimate> estimates, Recommendation recommendation, PriceList prices)
    {
        var text = new AdviceText(estimates);
        text.Head(workload);
        if (recommendation.Taken is not null)
        {
            text.Work();
            text.Costs(prices);
        }

        text.Line($"\nRecommended: {recommendation.Taken?.Name ?? "nothing"}. {recommendation.Reason}\n");
        foreach (var note in AdviceNotes.Of(workload, estimates, prices)) text.Line($"- {note}");
        return text._text.ToString();
    }

    private void Head(Workload workload)
    {
        Line($"Items: {workload.Items:#,0} of {workload.ItemBytes:#,0} bytes; {workload.ItemChangesPerSecond:#,0.###} change a second.");
        Line($"Classes: {workload.Classes:#,0} of {workload.RowBytes:#,0} bytes, {workload.RowsPerItem:#,0} an item; {workload.ClassChangesPerDay:#,0.###} change a day, each named by about {About.Count(workload.Affected)} items.");
    }

    private void Work()
    {
        Line("");
        Row("", estimate => estimate.Name, isAlways: true);
        Row("propagation time of a changed class", estimate => About.Seconds(estimate.PropagationSeconds) + (estimate.KeepsUp ? "" : ", late"));
        Row("containers of 1 vCPU", estimate => $"{estimate.Join.Containers:#,0} of {estimate.Join.Gigabytes} GB");
        Row("partitions", estimate => $"{estimate.Join.Partitions:#,0}");
        Row("state in memory", estimate => About.Bytes(estimate.Join.StateBytes));
        Row("restored after a crash of all in", estimate => About.Seconds(estimate.RestoreSeconds));
        Row("internal records: a changed item", estimate => About.Count(estimate.InternalRecordsPerItemChange));
        Row("  a changed class", estimate => About.Count(estimate.InternalRecordsPerClassChange));
        Row("  a month", estimate => About.Count(estimate.InternalRecords));
        Row("requests a month: Lambda", estimate => About.Count(estimate.Usage.Invocations));
        Row("  DynamoDB", estimate => About.Count(estimate.Usage.TableRequests));
        Row("  Step Functions transitions", estimate => About.Count(estimate.Usage.Transitions));
        Row("written to Kafka a month", estimate => About.Bytes(estimate.Usage.KafkaBytes));
        Line("");
    }

    private void Costs(PriceList prices)
    {
        Row($"{prices.Currency} a month: containers", estimate => About.Money(estimate.Bill.Containers));
        Row("  Lambda functions", estimate => About.Money(estimate.Bill.Functions));
        Row("  event pollers", estimate => About.Money(estimate.Bill.Pollers));
        Row("  DynamoDB", estimate => About.Money(estimate.Bill.Tables));
        Row("  Step Functions", estimate => About.Money(estimate.Bill.StateMachine));
        Row($"  API, logs{(prices.KafkaGigabyteWritten > 0 ? ", Kafka" : "")}", estimate => About.Money(estimate.Bill.Other));
        Row("  all", estimate => About.Money(estimate.Bill.Total));
    }

    private void Row(string label, Func<StrategyEstimate, string> cell, bool isAlways = false) =>
        Line(label.PadRight(LabelWidth) + string.Concat(_estimates.Select(estimate => (isAlways || estimate.IsPossible ? cell(estimate) : "-").PadLeft(ColumnWidth))));

    private void Line(string line) => _text.Append(line.TrimEnd(' ')).Append('\n');
}
