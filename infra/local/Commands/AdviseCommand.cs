using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using EntitySync.Local.Advise;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Commands;

/// <summary><c>advise</c>: what each strategy would do with so many items and classes, what it would cost, and which one to take.</summary>
internal static class AdviseCommand
{
    private static readonly Option<long?> Items = Whole("--items", "Items in the root topic.", 1, 10_000_000_000);
    private static readonly Option<long?> Classes = Whole("--classes", "Classes: the related rows.", 1, 1_000_000_000);
    private static readonly Option<double?> ClassChanges = Rate("--class-changes-per-day", "Changed classes a day, one at a time.", 0, 1_000_000);
    private static readonly Option<double?> ItemChanges = Rate("--item-changes-per-second", "Changed items a second, on average.", 0, 1_000_000);
    private static readonly Option<long?> RowsPerItem = Whole("--related-rows-per-item", "Classes that an item names, all different; 1 when not given.", 1, 1000);
    private static readonly Option<long?> ItemBytes = Whole("--item-bytes", "Key and document of an item; 2000 when not given.", 10, 1_000_000);
    private static readonly Option<long?> RowBytes = Whole("--row-bytes", "Key and document of a class; 200 when not given.", 1, 400_000);
    private static readonly Option<long?> Partitions = Whole("--partitions", $"Partitions of the root topic; {Assumptions.DefaultPartitions}, or as many as containers are needed, when not given.", 2, 10_000);
    private static readonly Option<long?> Threads = Whole("--threads", $"Join threads at least, one a container; {Assumptions.DefaultThreads} when not given.", 1, Assumptions.MostContainers);
    private static readonly Option<double?> IdsPerSecond = Rate("--ids-per-second", $"Ids that a replay publishes a second; a guess of {Assumptions.DefaultIdsPerSecond:#,0} when not given.", 1, 1_000_000);
    private static readonly Option<double?> BrokerMegabytes = Rate("--broker-megabytes-per-second", $"Megabytes a second that the brokers take from all containers, or give to them; a guess of {Assumptions.DefaultBrokerMegabytes} when not given.", 0.1, 100_000);
    private static readonly Option<string> Prices = new("--prices") { Description = "File of prices; infra/prices.yaml when not given.", HelpName = "FILE" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the result as JSON, for tools." };
    private static readonly Option<bool> Table = new("--table") { Description = "Print the tables of infra/cost.md instead, in Markdown; only --prices goes with it." };

    public static Command Build()
    {
        var command = new Command(
            "advise",
            "Tell what each strategy would do with so many items and classes: propagation time of a changed class, memory, requests, internal records, cost a month; and which to take. "
            + "From benchmark results and list prices; formulas: infra/cost.md. Exit status 1 when none can be taken.")
        {
            Items, Classes, ClassChanges, ItemChanges, RowsPerItem, ItemBytes, RowBytes, Partitions, Threads, IdsPerSecond, BrokerMegabytes, Prices, Json, Table,
        };
        command.Validators.Add(Check);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            var prices = PriceList.Load(parsed.GetValue(Prices) ?? Checkout.PathOf("infra", "prices.yaml"));
            if (parsed.GetValue(Table))
            {
                output.Write(CostTable.Of(prices));
                return 0;
            }

            var workload = WorkloadOf(parsed);
            var estimates = Estimator.All(workload, prices);
            var recommendation = Recommendation.Of(workload, estimates, prices);
            if (parsed.GetValue(Json)) output.WriteLine(AdviceJson.Write(workload, estimates, recommendation, prices));
            else output.Write(AdviceText.Of(workload, estimates, recommendation, prices));
            return recommendation.Taken is null ? 1 : 0;
        }
        catch (InvalidDataException exception)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static Workload WorkloadOf(ParseResult parsed)
    {
        var workload = new Workload(parsed.GetValue(Items)!.Value, parsed.GetValue(Classes)!.Value, parsed.GetValue(ClassChanges)!.Value, parsed.GetValue(ItemChanges)!.Value);
        return workload with
        {
            RowsPerItem = (int?)parsed.GetValue(RowsPerItem) ?? workload.RowsPerItem,
            ItemBytes = (int?)parsed.GetValue(ItemBytes) ?? workload.ItemBytes,
            RowBytes = (int?)parsed.GetValue(RowBytes) ?? workload.RowBytes,
            Partitions = (int?)parsed.GetValue(Partitions),
            Threads = (int?)parsed.GetValue(Threads) ?? workload.Threads,
            IdsPerSecond = parsed.GetValue(IdsPerSecond) ?? workload.IdsPerSecond,
            BrokerMegabytesPerSecond = parsed.GetValue(BrokerMegabytes) ?? workload.BrokerMegabytesPerSecond,
        };
    }

    private static void Check(CommandResult result)
    {
        Option[] needed = [Items, Classes, ClassChanges, ItemChanges];
        if (result.GetResult(Table) is { Implicit: false })
        {
            var others = result.Children.OfType<OptionResult>().Where(child => !child.Implicit && child.Option != Table && child.Option != Prices).Select(child => child.Option.Name).ToList();
            if (others.Count > 0) result.AddError($"--table prints the workloads of infra/cost.md; {string.Join(", ", others)} cannot go with it.");
            return;
        }

        var missing = needed.Where(option => result.GetResult(option) is not { Implicit: false }).Select(option => option.Name).ToList();
        if (missing.Count > 0) result.AddError($"advise needs {string.Join(", ", missing)}, for instance: advise --items 3000000 --classes 50 --class-changes-per-day 20 --item-changes-per-second 40");
        if (NumberOf(result, RowsPerItem) > NumberOf(result, Classes)) result.AddError($"--related-rows-per-item is {NumberOf(result, RowsPerItem)}: an item cannot name more classes than the {NumberOf(result, Classes)} of --classes.");
        if (NumberOf(result, Threads) > NumberOf(result, Partitions)) result.AddError($"--threads is {NumberOf(result, Threads)}: more than the {NumberOf(result, Partitions)} of --partitions would be idle.");
    }

    private static long? NumberOf(CommandResult result, Option<long?> option) =>
        result.GetResult(option)?.Tokens is [var token] && long.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Option<long?> Whole(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError($"{name} is '{result.Tokens[0].Value}': a whole number from {least} to {most} is allowed.");
            return null;
        },
    };

    private static Option<double?> Rate(string name, string description, double least, double most) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError($"{name} is '{result.Tokens[0].Value}': a number from {least} to {most} is allowed.");
            return null;
        },
    };
}
