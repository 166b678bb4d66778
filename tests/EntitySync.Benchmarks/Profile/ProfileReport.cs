using System.Globalization;
using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Benchmarks.Profile;

/// <summary>The figures as Markdown.</summary>
internal static class ProfileReport
{
    private sealed record Column(string Title, string Name, string Format = "N0");

    private static readonly string Largest = ProfileBenchmark.NameOf(ProfileBenchmark.Tenths[^1]);

    public static string Head(ProfileOptions options) => $"""
        # Joining user profiles from five tables, in process

        The definition `infra/entities/user-profile.yaml`, all relations with one strategy; Debezium JSON in, profiles out, no broker: every part of the topology with one
        task, all on one core, queues in memory for the topics between them (a container adds a commit of some 10 ms for each of them). Median of {options.Runs} runs. All profiles
        are compared at the end of each run with what grouping and sorting the tables makes. Rates and costs are processor time, garbage collection included; waits are by
        the clock. Tables come side by side; a tenth of the stars, one a user, is of one repo. A fan-out visits {options.FanoutStep:N0} rows a step, an internal topic has {options.TopicStep:N0} records a turn.

            dotnet run -c Release --project tests/EntitySync.Benchmarks -- profile{Arguments(options)}

        Machine: {Machine.Description}; process pinned to one core. {DateTime.UtcNow:yyyy-MM-dd}.

        Largest tables (10x): {options.Size}, a payment a user.


        """;

    public static void Append(StringBuilder text, Strategy strategy, FigureSheet figures)
    {
        text.AppendLine($"# {strategy}").AppendLine();
        text.AppendLine("## Load").AppendLine();
        Table(text, figures, "load", "tables of the size", [.. ProfileBenchmark.Tenths.Select(tenths => new Column($"{tenths}x", ProfileBenchmark.NameOf(tenths), "N1"))]);

        text.AppendLine("## Changes of single rows, 10x").AppendLine();
        Table(text, figures, "changes " + Largest, "change", [new("changes/s, in a row", "rate"), new("one by one: median ms", "median", "F3"), new("p99", "p99", "F3"), new("longest", "longest", "F3"), new("records through parts", "records", "F1"), new("visits", "visits", "F1"), new("emissions", "emissions", "F1")]);
        text.AppendLine("One by one: from the event to the last emission it leads to. The other columns are a change each.").AppendLine();

        text.AppendLine("## The same change with tables of three sizes").AppendLine();
        Sizes(text, figures);

        text.AppendLine("## State, 10x").AppendLine();
        Table(text, figures, "state " + Largest, "part", [new("rows", "rows"), new("payload, bytes a row", "payload", "F1"), new("memory, bytes a row", "allocated", "F1")]);
        Table(text, figures, "memory", "all parts together", [new("10x", Largest, "N1")]);

        text.AppendLine("## A repo that very many have starred is described anew, 10x").AppendLine();
        Table(text, figures, HotRepoRun.Section, "", [new("", HotRepoRun.Column, "N2")]);
        Table(text, figures, "live", "live change", [new("median ms", "median", "F3"), new("p99", "p99", "F3"), new("longest", "longest", "F3"), new("timed", "timed")]);

        text.AppendLine("## A user with very many stars, 10x").AppendLine();
        Table(text, figures, WideUserRun.Section, "stars added", [new("in a row: ms", "milliseconds", "F1"), new("µs a star", "microseconds a star", "F1"), new("MB between parts", "megabytes", "F1"), new("emissions", "emissions"), new("one more star: µs", "one more"), new("longest ms", "longest", "F3"), new("kB between parts", "kilobytes", "F1")]);
    }

    private static void Sizes(StringBuilder text, FigureSheet figures)
    {
        var names = ProfileBenchmark.Tenths.Select(ProfileBenchmark.NameOf).ToList();
        text.AppendLine($"| µs a change, one by one | {string.Join(" | ", names.Select(name => name + "x"))} | 10x to 1x | records + visits, {string.Join(" | ", names.Select(name => name + "x"))} |");
        text.AppendLine($"| --- |{string.Concat(names.Select(_ => " ---: |"))} ---: |{string.Concat(names.Select(_ => " ---: |"))}");
        foreach (var row in figures.Rows("changes " + names[0]))
        {
            var costs = names.Select(name => figures["changes " + name, row, "cost"]).ToList();
            var work = names.Select(name => figures["changes " + name, row, "records"] + figures["changes " + name, row, "visits"]);
            text.AppendLine($"| {row} | {string.Join(" | ", costs.Select(cost => Number(cost, "F1")))} | {Number(costs[^1] / costs[0], "F2")} | {string.Join(" | ", work.Select(records => Number(records, "F1")))} |");
        }

        text.AppendLine();
    }

    private static void Table(StringBuilder text, FigureSheet figures, string section, string what, Column[] columns)
    {
        text.AppendLine($"| {what} | {string.Join(" | ", columns.Select(column => column.Title))} |");
        text.AppendLine($"| --- |{string.Concat(columns.Select(_ => " ---: |"))}");
        foreach (var row in figures.Rows(section)) text.AppendLine($"| {row} | {string.Join(" | ", columns.Select(column => Number(figures[section, row, column.Name], column.Format)))} |");
        text.AppendLine();
    }

    private static string Arguments(ProfileOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $" --users {options.Size.Users} --stars {options.Size.Stars} --repos {options.Size.Repos} --pull-requests {options.Size.PullRequests} --strategy {string.Join(' ', options.Strategies).ToLowerInvariant()} --runs {options.Runs} --changes {options.Changes} --live-rate {options.LiveChangesPerSecond}");

    private static string Number(double value, string format) => value.ToString(value == Math.Floor(value) && format == "N1" ? "N0" : format, CultureInfo.InvariantCulture);
}
