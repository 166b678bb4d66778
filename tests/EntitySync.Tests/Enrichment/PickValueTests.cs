using System.Text.Json;
using EntitySync.Core.Enrichment;

namespace EntitySync.Tests.Enrichment;

public sealed class PickValueTests
{
    // Rising; values on one line are equal.
    private static readonly string[][] Rising =
    [
        ["-1e99999999999999999999"],
        ["-12345678901234567890.2"],
        ["-12345678901234567890.1", "-123456789012345678901e-1"],
        ["-1"],
        ["-0.001", "-1e-3"],
        ["0", "-0", "0.000", "0e50", "-0.0e-7"],
        ["1e-99999999999999999999"],
        ["0.1", "1E-1", "0.10"],
        ["1", "1.0", "10e-1", "0.1e+1"],
        ["1.0000000000000000000000001"],
        ["9"],
        ["10", "1e1"],
        ["9007199254740992"],
        ["9007199254740993"],
        ["1e400", "10e399"],
        ["2e400"],
        ["\"\""],
        ["\"10\""],
        ["\"9\""],
        ["\"a\"", "\"\\u0061\""],
        ["\"\uFF01\""],
        ["\"\U0001F600\""],
        ["false"],
        ["true"],
    ];

    [Fact]
    public void Values_CompareExactly()
    {
        var values = Rising.SelectMany((line, rank) => line.Select(json => (Json: json, Rank: rank, Value: Parse(json)!))).ToList();
        foreach (var a in values)
        {
            foreach (var b in values) Math.Sign(a.Value.CompareTo(b.Value)).ShouldBe(a.Rank.CompareTo(b.Rank), $"{a.Json} against {b.Json}");
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public void NoScalar_IsNoCandidate(string json) => Parse(json).ShouldBeNull();

    private static PickValue? Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return PickValue.From(document.RootElement);
    }
}
