using System.Diagnostics;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>Both files before asl-validator, which comes with the interpreter (infra/local/package.json); and that it finds what no test of ours looks for.</summary>
[Trait("Category", "Integration")]
public sealed class StateMachineLintTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("replay")]
    [InlineData("rebuild-read-model")]
    public async Task File_IsValid(string machine)
    {
        var (code, output) = await LintAsync(await File.ReadAllTextAsync(new MachineFile(machine).Path));
        code.ShouldBe(0, output);
    }

    [Theory]
    [InlineData("replay", "\"Next\": \"IsAnythingToPublish\"", "\"Next\": \"IsAnythingThere\"", "IsAnythingThere")]
    [InlineData("replay", "\"ItemsPath\": \"$.slices\"", "\"ItemsPath\": \"slices\"", "slices")]
    [InlineData("replay", "\"MaxAttempts\": 12", "\"MaxAttempts\": -1", "MaxAttempts")]
    [InlineData("rebuild-read-model", "\"Default\": \"FillPartitions\"", "\"Default\": \"FinishRebuild\"", "FillPartitions")]
    public async Task Mistake_IsFound(string machine, string right, string wrong, string named)
    {
        var text = await File.ReadAllTextAsync(new MachineFile(machine).Path);
        text.ShouldContain(right);
        var (code, output) = await LintAsync(text.Replace(right, wrong, StringComparison.Ordinal));
        code.ShouldNotBe(0);
        output.ShouldContain(named);
    }

    private async Task<(int Code, string Output)> LintAsync(string text)
    {
        var file = Path.Combine(parts.Run.Folder, $"{Guid.NewGuid():N}.asl.json");
        await File.WriteAllTextAsync(file, text);
        var program = Path.Combine(LocalSetup.StepFunctionsFolder, "node_modules", "asl-validator", "dist", "bin", "asl-validator.js");
        using var process = Process.Start(new ProcessStartInfo(LocalSetup.Node, [program, "--json-path", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
