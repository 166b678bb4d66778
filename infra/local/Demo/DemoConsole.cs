using System.Diagnostics;
using Spectre.Console;

namespace EntitySync.Local.Demo;

/// <summary>What the person at the terminal sees: one line a phase, live where the terminal can, plain lines elsewhere.</summary>
public sealed class DemoConsole
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(3);

    private readonly List<(string Name, TimeSpan Time)> _phases = [];

    public DemoConsole()
    {
        if (!Console.IsOutputRedirected) return;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.Interactive = false;
        AnsiConsole.Profile.Width = 140;
    }

    public IReadOnlyList<(string Name, TimeSpan Time)> Phases => _phases;

    /// <summary>Runs one phase and notes its time. The text given to the callback replaces the line before.</summary>
    public async Task<T> PhaseAsync<T>(string name, Func<Action<string>, Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = AnsiConsole.Profile.Capabilities.Interactive
            ? await AnsiConsole.Status().StartAsync(Markup.Escape(name), context => work(text => context.Status(Markup.Escape($"{name}: {text}"))))
            : await PlainAsync(name, work);
        _phases.Add((name, watch.Elapsed));
        AnsiConsole.MarkupLine($"[green]done[/] {Markup.Escape(name)} [grey]{watch.Elapsed.TotalSeconds:F1} s[/]");
        return result;
    }

    public Task PhaseAsync(string name, Func<Action<string>, Task> work) => PhaseAsync(name, async progress =>
    {
        await work(progress);
        return true;
    });

    public static void Say(string text) => AnsiConsole.MarkupLine($"[grey]     {Markup.Escape(text)}[/]");

    public void Summary(IReadOnlyList<CheckResult> checks)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Check", "Result", "Found");
        foreach (var check in checks)
            table.AddRow(Markup.Escape(check.Name), check.Passed ? "[green]ok[/]" : "[red]FAILED[/]", Markup.Escape(check.Found));
        AnsiConsole.Write(table);
        var times = new Table().Border(TableBorder.Rounded).AddColumns("Phase", "Time");
        foreach (var (name, time) in _phases) times.AddRow(Markup.Escape(name), $"{time.TotalSeconds:F1} s");
        AnsiConsole.Write(times);
    }

    private static async Task<T> PlainAsync<T>(string name, Func<Action<string>, Task<T>> work)
    {
        var last = Stopwatch.StartNew();
        Console.WriteLine(name);
        return await work(text =>
        {
            if (last.Elapsed < PlainEvery) return;
            last.Restart();
            Console.WriteLine($"     {text}");
        });
    }
}
