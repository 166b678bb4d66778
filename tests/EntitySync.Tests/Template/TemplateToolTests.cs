using System.ComponentModel;
using System.Diagnostics;

namespace EntitySync.Tests.Template;

/// <summary>What AWS's own checkers say of the templates; skipped where they are not installed.</summary>
public sealed class TemplateToolTests
{
    private const int ToolMissing = 77;

    [Fact]
    public async Task CfnLint_FindsNothing()
    {
        var (status, output) = await RunAsync("cfn-lint", "--non-zero-exit-code", "warning", "template.yaml", Path.Combine("infra", "join-host.yaml"), Path.Combine("infra", "kafka-access.yaml"), Path.Combine("infra", "kafka.yaml"));
        Assert.SkipWhen(status is null, "cfn-lint is not installed");
        (status, output.Trim()).ShouldBe((0, ""));
    }

    [Fact]
    public async Task SamTranslator_AcceptsTheTemplate()
    {
        var (status, output) = await RunAsync("python3", Path.Combine("infra", "checks", "sam_check.py"), "template.yaml");
        Assert.SkipWhen(status is null, "python3 is not installed");
        Assert.SkipWhen(status == ToolMissing, output.Trim());
        status.ShouldBe(0, output);
        output.ShouldEndWith(" resources\n");
    }

    private static async Task<(int? Status, string Output)> RunAsync(string program, params string[] arguments)
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
