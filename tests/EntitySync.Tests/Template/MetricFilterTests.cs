using System.Text.Json.Nodes;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.JoinHost.Logging;
using EntitySync.Local.Template;
using EntitySync.Tests.JoinHost;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Template;

/// <summary>The metric filters of the join containers' log against the lines that the code writes.</summary>
public sealed class MetricFilterTests
{
    private static readonly JsonObject Stack = TemplateReader.Read(Checkout.PathOf("infra", "join-host.yaml"));

    private static readonly List<(string Id, string Pattern, JsonObject Metric)> Filters =
        [.. Stack["Resources"]!.AsObject().Where(resource => resource.Value!["Type"]!.ToString() == "AWS::Logs::MetricFilter")
            .Select(resource => (resource.Key, resource.Value!["Properties"]!["FilterPattern"]!.ToString(), resource.Value["Properties"]!["MetricTransformations"]!.AsArray().ShouldHaveSingleItem()!.AsObject()))];

    private readonly ReportLines _lines = new();

    [Fact]
    public async Task Report_MakesItsMetrics()
    {
        await ReportAsync(ReportLines.Status(
            [ReportLines.Task("item", 0, lag: 7, replayLag: 3, fanouts: [61.9]), ReportLines.Task("item", 1, lag: 12, isLive: false)], counts: ("item", new JoinCounts { DeadLettered = 2 })));

        Metrics().ShouldBe(
        [
            "JoinDeadLettered 2", "JoinDeadLettered 2 Entity=item", "JoinFanoutAge 61", "JoinFanoutAge 61 Entity=item",
            "JoinLag 22", "JoinLag 22 Entity=item", "JoinRestoring 1", "JoinRestoring 1 Entity=item",
        ]);
    }

    [Fact]
    public async Task UnknownLag_IsNoMetric()
    {
        await ReportAsync(ReportLines.Status([], "waiting", ("item", new JoinCounts())));
        Metrics().ShouldBe(["JoinDeadLettered 0", "JoinDeadLettered 0 Entity=item", "JoinFanoutAge 0", "JoinFanoutAge 0 Entity=item", "JoinRestoring 0", "JoinRestoring 0 Entity=item"]);
    }

    /// <summary>What the container writes at its start and when a session ends, in the words of its code.</summary>
    [Fact]
    public void StartsAndEndsOfSessions_AreCounted()
    {
        _lines.LogInformation(JoinEvents.Starting, "Starting");
        _lines.LogWarning(JoinEvents.SessionEnded, "Gone");
        _lines.LogError(JoinEvents.UnexpectedFailure, "Unexpected failure");
        _lines.LogInformation("Plain");
        Metrics().ShouldBe(["JoinSessionsEnded 1", "JoinStarts 1"]);
    }

    [Fact]
    public void Filters_ReadTheContainersLog_WithOneCheapDimension()
    {
        Filters.Count.ShouldBe(10);
        foreach (var (id, _, metric) in Filters)
        {
            Stack["Resources"]![id]!["Properties"]!["LogGroupName"]!.ToJsonString().ShouldBe("""{"Ref":"Logs"}""", id);
            metric["MetricNamespace"]!.ToJsonString().ShouldBe("""{"Fn::Sub":"EntitySync/${StackPrefix}"}""", id);
            if (metric["Dimensions"] is not JsonArray dimensions) continue;
            dimensions.ShouldHaveSingleItem()!["Value"]!.ToString().ShouldBe("$.entity", id);
            metric["DefaultValue"].ShouldBeNull(id); // CloudWatch refuses it beside a dimension
        }
    }

    [Fact]
    public void Alarms_AskForMetricsThatAreMade()
    {
        var made = Filters.Where(filter => filter.Metric["Dimensions"] is null).Select(filter => filter.Metric["MetricName"]!.ToString()).ToList();
        var asked = Metrics(Stack["Resources"]!).Where(metric => metric["Namespace"]!.ToJsonString().Contains("EntitySync/", StringComparison.Ordinal)).ToList();
        asked.Select(metric => metric["MetricName"]!.ToString()).Distinct().Order(StringComparer.Ordinal).ShouldBe(["JoinFanoutAge", "JoinLag", "JoinRestoring", "JoinSessionsEnded", "JoinStarts"]);
        asked.ShouldAllBe(metric => made.Contains(metric["MetricName"]!.ToString()) && metric["Dimensions"] == null);
    }

    [Fact]
    public void Interval_FeedsEveryMinuteOfTheAlarms()
    {
        var allowed = Stack["Parameters"]!["ReportSeconds"]!["AllowedValues"]!.AsArray().Select(value => int.Parse(value!.ToString()));
        allowed.ShouldAllBe(seconds => 60 % seconds == 0);
        Stack["Parameters"]!["ReportSeconds"]!["Default"]!.ToString().ShouldBe($"{new EntitySync.Adapters.EntitySyncSettings().JoinReportSeconds}");
    }

    [Theory]
    [InlineData("""{ $.event = Report }""")]
    [InlineData("""{ $.event = "Re*" }""")]
    [InlineData("""{ ($.event = "Report") || ($.values.Lag >= 0) }""")]
    [InlineData("""{ $.values.Lag IS NULL }""")]
    [InlineData("Report")]
    public void PatternThatTheTestsCannotJudge_IsRefused(string pattern) => Should.Throw<FormatException>(() => FilterPattern.Matches(pattern, """{"event":"Report","values":{"Lag":1}}"""));

    private async Task ReportAsync(JoinHostStatus status)
    {
        using var report = new JoinReport(() => status, TimeSpan.FromMinutes(1), _lines, _lines.Clock);
        await report.StartAsync(TestContext.Current.CancellationToken);
        _lines.Clock.Advance(TimeSpan.FromMinutes(1));
    }

    private List<string> Metrics() =>
        [.. (from line in _lines.All
             from filter in Filters
             where FilterPattern.Matches(filter.Pattern, line)
             select $"{filter.Metric["MetricName"]} {Value(filter.Metric, line)}{Dimensions(filter.Metric, line)}").Order(StringComparer.Ordinal)];

    private static string Value(JsonObject metric, string line) =>
        metric["MetricValue"]!.ToString() is var value && value.StartsWith('$') ? FilterPattern.Select(value, line)!.ToString() : metric["MetricValue"]!.ToString();

    private static string Dimensions(JsonObject metric, string line) =>
        string.Concat((metric["Dimensions"] as JsonArray ?? []).Select(dimension => $" {dimension!["Key"]}={FilterPattern.Select(dimension["Value"]!.ToString(), line)}"));

    private static IEnumerable<JsonObject> Metrics(JsonNode? node) => node switch
    {
        JsonObject map when map.ContainsKey("MetricName") && map.ContainsKey("Namespace") => [map],
        JsonObject map => map.SelectMany(property => Metrics(property.Value)),
        JsonArray list => list.SelectMany(Metrics),
        _ => [],
    };
}
