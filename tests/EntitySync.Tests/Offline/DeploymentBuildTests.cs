using Amazon.Lambda.Core;
using Amazon.StepFunctions;

namespace EntitySync.Tests.Offline;

/// <summary>A deployment build fails where a stand-in was resolved, naming each; other builds do not care.</summary>
public sealed class DeploymentBuildTests
{
    private static readonly string Project = Path.Combine("functions", "EntitySync.Functions", "EntitySync.Functions.csproj");

    [Fact]
    public async Task DeploymentBuild_RefusesEachResolvedStandIn()
    {
        var (exitCode, output) = await CheckAsync("-p:DeploymentBuild=true");

        exitCode.ShouldBe(output.Contains("ES0001", StringComparison.Ordinal) ? 1 : 0, output);
        foreach (var assembly in new[] { typeof(ILambdaContext), typeof(AmazonStepFunctionsClient) }.Select(type => type.Assembly).Where(StandInFeed.IsStandIn))
            output.ShouldContain($"{assembly.GetName().Name} ");
    }

    [Fact]
    public async Task OtherBuild_TakesStandIns()
    {
        var (exitCode, output) = await CheckAsync("-p:DeploymentBuild=false");

        exitCode.ShouldBe(0, output);
        output.ShouldNotContain("ES0001");
    }

    private static Task<(int ExitCode, string Output)> CheckAsync(string property) =>
        RepositoryTools.RunAsync("dotnet", ["msbuild", Project, "-nologo", "-nodeReuse:false", "-t:RefuseStandIns", property], TestContext.Current.CancellationToken);
}
