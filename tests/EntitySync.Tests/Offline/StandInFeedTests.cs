using System.Reflection;
using System.Runtime.Loader;

namespace EntitySync.Tests.Offline;

/// <summary>The committed feed is what the sources beside it say.</summary>
public sealed class StandInFeedTests : IDisposable
{
    private readonly string _rebuilt = Directory.CreateTempSubdirectory("entitysync-feed-test").FullName;
    private readonly StandInFeed _feed = new(Path.Combine(RepositoryTools.OfflineFolder, "feed"));

    [Fact]
    public async Task RebuiltSources_GiveThePackagesAndPublicApiOfTheFeed()
    {
        var (exitCode, output) = await RepositoryTools.RunAsync("bash", [Path.Combine(RepositoryTools.OfflineFolder, "build-feed.sh"), _rebuilt], TestContext.Current.CancellationToken);
        exitCode.ShouldBe(0, output);
        var rebuilt = new StandInFeed(_rebuilt);

        rebuilt.Packages.ShouldBe(_feed.Packages);
        var (before, after) = (_feed.PublicApi(), rebuilt.PublicApi());
        after.Except(before).ShouldBeEmpty("in the sources, not in the feed: run infra/offline/build-feed.sh");
        before.Except(after).ShouldBeEmpty("in the feed, not in the sources: run infra/offline/build-feed.sh");
        after.Count.ShouldBe(before.Count);
    }

    [Fact]
    public void Feed_HoldsEachStandInAtAVersionJustAboveTheRealOne()
    {
        _feed.Packages.ShouldBe(
        [
            "AWSSDK.SecretsManager.4.0.100.8001.nupkg: AWSSDK.SecretsManager 4.0.100.8001 -> AWSSDK.Core 4.0.102.17",
            "AWSSDK.StepFunctions.4.0.2.9001.nupkg: AWSSDK.StepFunctions 4.0.2.9001 -> AWSSDK.Core 4.0.102.17",
            "Amazon.Lambda.APIGatewayEvents.3.0.0.1.nupkg: Amazon.Lambda.APIGatewayEvents 3.0.0.1 -> ",
            "Amazon.Lambda.Core.3.2.0.1.nupkg: Amazon.Lambda.Core 3.2.0.1 -> ",
            "Amazon.Lambda.DynamoDBEvents.4.0.0.1.nupkg: Amazon.Lambda.DynamoDBEvents 4.0.0.1 -> ",
            "Amazon.Lambda.KafkaEvents.3.0.0.1.nupkg: Amazon.Lambda.KafkaEvents 3.0.0.1 -> ",
            "Amazon.Lambda.Serialization.SystemTextJson.3.0.0.1.nupkg: Amazon.Lambda.Serialization.SystemTextJson 3.0.0.1 -> Amazon.Lambda.Core 3.2.0",
            "Amazon.Lambda.TestUtilities.4.2.0.1.nupkg: Amazon.Lambda.TestUtilities 4.2.0.1 -> Amazon.Lambda.Core 3.2.0",
            "librdkafka.redist.2.15.1.1.nupkg: librdkafka.redist 2.15.1.1 -> ",
        ]);
    }

    [Fact]
    public void RestoredStandIn_IsTheOneOfTheFeed()
    {
        foreach (var name in _feed.AssemblyNames)
        {
            var restored = AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name));
            if (StandInFeed.IsStandIn(restored))
                PublicApi.Of(restored).Except(_feed.PublicApi(name)).ShouldBeEmpty($"{name} in NuGet's cache is an older stand-in: delete its folder there and build again");
        }
    }

    [Fact]
    public void ChangedMember_IsSeen()
    {
        var before = PublicApi.Of(typeof(Before));
        var after = PublicApi.Of(typeof(After));

        string Same(string line) => line.Replace(nameof(Before), nameof(After), StringComparison.Ordinal);
        before.Select(Same).Except(after).Select(MemberName).ShouldBe(["Default", "Gone", "Lost", "get_Lost", "Named", "Text", "get_Text", "set_Text"], ignoreOrder: true);
    }

    [Fact]
    public void HiddenMember_IsNotPartOfTheApi() => PublicApi.Of(typeof(OnlyHidden)).ShouldBe([]);

    public void Dispose() => Directory.Delete(_rebuilt, recursive: true);

    private static string MemberName(string line)
    {
        var head = line.Split('(', '=')[0].TrimEnd();
        return head[(head.LastIndexOf(' ') + 1)..];
    }

    public class Before
    {
        public string? Lost { get; }

        public string? Text { get; init; }

        public void Gone() => ToString();

        public void Named(int one) => ToString();

        public void Default(int one = 1) => ToString();

        public void Kept(int one) => ToString();
    }

    public class After
    {
        public object? Text { get; init; }

        public void Named(int other) => ToString();

        public void Default(int one = 2) => ToString();

        public void Kept(int one) => ToString();
    }

    private sealed class OnlyHidden
    {
        public string? Text { get; init; }
    }
}
