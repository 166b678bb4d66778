using System.Text.Json;
using System.Text.RegularExpressions;
using EntitySync.Core.Replay;
using EntitySync.Local.Runner;

namespace EntitySync.Tests.Replay;

/// <summary>The inputs that README and guide give to paste.</summary>
public sealed partial class ReplayGuideTests
{
    [Theory]
    [InlineData("README.md", 5)]
    [InlineData("infra/guides/replay.md", 12)]
    public void Input_IsOneThatTheStateMachineTakes(string file, int atLeast)
    {
        var inputs = Input().Matches(File.ReadAllText(Checkout.PathOf(file.Split('/')))).Select(match => match.Value).ToList();

        inputs.Count.ShouldBeGreaterThanOrEqualTo(atLeast);
        foreach (var input in inputs)
        {
            using var json = JsonDocument.Parse(input);
            var request = Should.NotThrow(() => ReplayRequestReader.Read(json.RootElement), input);
            if (request.Action is { } action) ReplayActions.All.ShouldContain(action, input);
            (request.Entity.Length > 0 || request.ReplayId is not null).ShouldBeTrue(input);
        }
    }

    [GeneratedRegex("\\{\"(entity|replayId)\":[^{}]*\\}")]
    private static partial Regex Input();
}
