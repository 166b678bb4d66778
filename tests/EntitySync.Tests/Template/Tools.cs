using System.ComponentModel;
using System.Diagnostics;

namespace EntitySync.Tests.Template;

/// <summary>Programs that check templates, where they are installed.</summary>
internal static class Tools
{
    /// <summary>Status of a check of ours that lacks what it needs.</summary>
    public const int ToolMissing = 77;

    /// <summary>Runs it in the root of the checkout. Status null: there is no such program.</summary>
    public static async Task<(int? Status, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            using var process = Process.Start(start)!;
            var outputs = Task.WhenAll(process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, string.Concat(await outputs));
        }
        catch (Win32Exception)
        {
            return (null, "");
        }
    }
}
