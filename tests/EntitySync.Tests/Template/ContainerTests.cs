using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The image and the task definition must say the same; no container engine is needed to see that.</summary>
public sealed partial class ContainerTests
{
    private static readonly List<(string Instruction, string Text)> Dockerfile =
        [.. Continuation().Replace(File.ReadAllText(Checkout.PathOf("functions", "EntitySync.JoinHost", "Dockerfile")), " ")
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[1]))];

    private static readonly List<(string Instruction, string Text)> FinalStage = Dockerfile[Dockerfile.FindLastIndex(line => line.Instruction == "FROM")..];

    private static readonly JsonNode Container =
        SamTemplate.Load(Checkout.PathOf("infra", "join-host.yaml")).Root["Resources"]!["TaskDefinition"]!["Properties"]!["ContainerDefinitions"]![0]!;

    [Fact]
    public void Image_HoldsTheRuntimeAndNothingElse()
    {
        Dockerfile.Count(line => line.Instruction == "FROM").ShouldBe(2);
        FinalStage[0].Text.ShouldBe("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled");
        FinalStage.Select(line => line.Instruction).ShouldBe(["FROM", "WORKDIR", "COPY", "ENV", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"]);
        FinalStage.Single(line => line.Instruction == "COPY").Text.ShouldBe("--from=build /app ./");
    }

    [Fact]
    public void Build_CopiesSourcesOnlyAndTakesNoSecret()
    {
        var copied = Dockerfile.Where(line => line.Instruction is "COPY" or "ADD").SelectMany(line => line.Text.Split(' ')[..^1]).Where(name => !name.StartsWith("--", StringComparison.Ordinal) && name[0] != '/');
        copied.ShouldBe(
            [".editorconfig", "global.json", "Directory.Build.*", "Directory.Packages.props", "nuget.config", "infra/deploy/", "infra/offline/RefuseStandIns.targets", "infra/entities/", "functions/"]);
        foreach (var name in copied.Where(name => !name.Contains('*')))
        {
            var path = Checkout.PathOf(name);
            (File.Exists(path) || Directory.Exists(path)).ShouldBeTrue(name);
        }

        Dockerfile.Where(line => line.Instruction == "ARG").Select(line => line.Text).ShouldBe(["TARGETARCH"]);
        File.ReadAllLines(Checkout.PathOf(".dockerignore")).ShouldContain("**/obj", "a restore made outside may hold stand-ins");
    }

    [Fact]
    public void Container_RunsWithoutRights()
    {
        FinalStage.Single(line => line.Instruction == "USER").Text.ShouldBe("$APP_UID");
        Container["User"]!.ToString().ShouldBe("1654");
        Container["MountPoints"].ShouldBeNull("nothing is written, so there is nothing to write to");
        Container["ReadonlyRootFilesystem"]!.ToString().ShouldBe("true");
        Container["LinuxParameters"]!["Capabilities"]!["Drop"]!.AsArray().Select(name => name!.ToString()).ShouldBe(["ALL"]);
        FinalStage.Single(line => line.Instruction == "ENV").Text.ShouldContain("DOTNET_EnableDiagnostics=0", Case.Sensitive, "diagnostics write to /tmp");
    }

    [Fact]
    public void Health_IsAskedByTheSameCommandEverywhere()
    {
        var image = FinalStage.Single(line => line.Instruction == "HEALTHCHECK").Text;
        var command = JsonNode.Parse(image[image.IndexOf('[', StringComparison.Ordinal)..])!.AsArray().Select(part => part!.ToString()).ToList();
        var program = JsonNode.Parse(FinalStage.Single(line => line.Instruction == "ENTRYPOINT").Text)!.AsArray().Select(part => part!.ToString());

        command.ShouldBe([.. program, EntitySync.JoinHost.HealthCommand.Argument]);
        Container["HealthCheck"]!["Command"]!.AsArray().Select(part => part!.ToString()).ShouldBe(["CMD", .. command]);
        string[] figures = ["interval:Interval", "timeout:Timeout", "start-period:StartPeriod"];
        image.ShouldStartWith(string.Concat(figures.Select(figure => $"--{figure.Split(':')[0]}={Container["HealthCheck"]![figure.Split(':')[1]]}s ")) + $"--retries={Container["HealthCheck"]!["Retries"]} CMD ");
    }

    /// <summary>.NET sees the limit of its container and not that of the task: without one it would take the machine's memory for its own.</summary>
    [Fact]
    public void Memory_IsLimitedForTheContainerToo() => Container["Memory"]!.ToJsonString().ShouldBe("""{"Ref":"Memory"}""");

    [Fact]
    public void Stop_HasMoreTimeThanItTakes() =>
        TimeSpan.FromSeconds(int.Parse(Container["StopTimeout"]!.ToString())).ShouldBeGreaterThan(2 * new EntitySync.JoinHost.JoinHostOptions().StopTimeout);

    [GeneratedRegex(@"\\\r?\n\s*")]
    private static partial Regex Continuation();
}
