using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EntitySync.Benchmarks.ColdStart;

/// <summary>Starts a new process for each figure, by turns of the handlers and builds, and prints medians.</summary>
internal static class ColdStartCommand
{
    public static Command Build()
    {
        var runs = new Option<int>("--runs") { Description = "Processes of each handler; handlers take turns.", DefaultValueFactory = _ => 15 };
        var compiled = new Option<string?>("--ready-to-run") { Description = "Folder of this program published with ReadyToRun, as a second contender." };
        var save = new Option<string?>("--save") { Description = "File to write the table to as well." };
        var command = new Command("cold-start", "What a new process of a function takes until its first answer: .NET, our services, the first invocation; and the second one.") { runs, compiled, save };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(runs), parsed.GetValue(compiled), parsed.GetValue(save), token));
        return command;
    }

    private static async Task<int> RunAsync(int runs, string? compiled, string? save, CancellationToken cancellationToken)
    {
        var program = typeof(ColdStartCommand).Assembly.Location;
        (string Name, string Program)[] builds = compiled is null ? [("just in time", program)] : [("just in time", program), ("ReadyToRun", Path.Combine(Path.GetFullPath(compiled), Path.GetFileName(program)))];
        var contenders = ColdStartOnce.Events.Keys.SelectMany(handler => builds.Select(build => (Handler: handler, build.Name, build.Program, Runs: new List<ColdStartRun>()))).ToList();
        using var tables = new TableStandIn();
        for (var run = -1; run < runs; run++) // the first round only warms the files
        {
            foreach (var contender in contenders)
            {
                var figures = await StartAsync(contender.Program, contender.Handler, tables.Port, cancellationToken);
                if (run >= 0) contender.Runs.Add(figures);
            }
        }

        var table = Table([.. contenders.Select(contender => (contender.Handler, contender.Name, ColdStartRun.Median(contender.Runs)))], runs);
        Console.WriteLine(table);
        if (save is not null) await File.WriteAllTextAsync(save, table, cancellationToken);
        return 0;
    }

    private static async Task<ColdStartRun> StartAsync(string program, string handler, int port, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        // Nothing is instrumented: a new process gains nothing by it within its first invocations.
        foreach (var (name, value) in new[] { ("AWS_ACCESS_KEY_ID", "none"), ("AWS_SECRET_ACCESS_KEY", "none"), ("AWS_REGION", "eu-west-1"), ("DOTNET_TieredPGO", "0") }) start.Environment[name] = value;
        foreach (var argument in new[] { program, ColdStartOnce.Command, handler, port.ToString(CultureInfo.InvariantCulture), DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture) }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var lines = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? ColdStartRun.Parse(lines[^1]) : throw new InvalidOperationException($"{handler} ended with {process.ExitCode}: {string.Join('\n', lines)}");
    }

    private static string Table(IReadOnlyList<(string Handler, string Build, ColdStartRun Figures)> rows, int runs)
    {
        var text = new StringBuilder($"""
            # A function's new process

            From the start of the process to the first answer: .NET itself, the services of one handler (what Lambda calls init), the first invocation; then the second one. A new process for each run, handlers by
            turns, medians of {runs}, milliseconds of wall time. DynamoDB is a stand-in on this machine, over plain HTTP; Kafka is memory. Lambda's start of a machine and the download of the package come on top, as do
            TLS, network and brokers. A snapshot (SnapStart) would spare the former two, .NET and init, and put its own restore in their place, which cannot be measured here; the first invocation stays. Compiled: of the
            column before it, time of the just-in-time compiler, which ReadyToRun takes away in part. A function of 1024 MB has 0.58 of a processor (1,769 MB are one, says AWS).

                dotnet publish tests/EntitySync.Benchmarks -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o FOLDER
                dotnet run -c Release --project tests/EntitySync.Benchmarks -- cold-start --ready-to-run FOLDER

            Machine: {Machine.Description}; all cores, other work going on.

            | function | build | .NET | init | compiled | first invocation | compiled | sum | second invocation | methods compiled |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """);
        foreach (var (handler, build, row) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {handler} | {build} | {row.Runtime:F0} | {row.Init:F0} | {row.InitCompiled:F0} | {row.First:F0} | {row.FirstCompiled:F0} | {row.Runtime + row.Init + row.First:F0} | {row.Second:F1} | {row.Methods:#,0} |\n");
        }

        return text.ToString();
    }
}
