using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EntitySync.Local.Demo;

/// <summary>What the person at the terminal sees: one line a phase, live where the terminal can, plain lines elsewhere.</summary>
public sealed class DemoConsole
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(200);

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
        Done(name, watch.Elapsed);
        return result;
    }

    public Task PhaseAsync(string name, Func<Action<string>, Task> work) => PhaseAsync(name, async progress =>
    {
        await work(progress);
        return true;
    });

    /// <summary>As <see cref="PhaseAsync(string, Func{Action{string}, Task})"/>, with a picture that is drawn anew while the work is done; lines where the terminal cannot.</summary>
    public async Task LivePhaseAsync(string name, Func<IRenderable> picture, Func<Action<string>, Task> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            await PhaseAsync(name, work);
            return;
        }

        var watch = Stopwatch.StartNew();
        await AnsiConsole.Live(Picture()).AutoClear(true).StartAsync(async context =>
        {
            using var timer = new PeriodicTimer(DrawEvery);
            var working = work(_ => { });
            while (!working.IsCompleted)
            {
                context.UpdateTarget(Picture());
                await Task.WhenAny(working, timer.WaitForNextTickAsync().AsTask());
            }

            await working;
        });
        Done(name, watch.Elapsed);

        Rows Picture() => new(new Text(name), picture());
    }

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

    private void Done(string name, TimeSpan time)
    {
        _phases.Add((name, time));
        AnsiConsole.MarkupLine($"[green]done[/] {Markup.Escape(name)} [grey]{time.TotalSeconds:F1} s[/]");
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
