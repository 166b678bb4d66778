using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Local.Template;
using EntitySync.Testing;
using EntitySync.Tests.Functions;
using EntitySync.Tests.Reconciliation;
using EntitySync.Tests.Template.Rules;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Template;

/// <summary>The metric filters of the functions' log against the lines that the code writes, and the alarms and the dashboard against the metrics that are made.</summary>
public sealed partial class OperationsMetricTests : IDisposable
{
    private static readonly JsonObject Operations = TemplateReader.Read(Checkout.PathOf("infra", "operations.yaml"));

    private readonly FunctionLog _log = new();

    [Fact]
    public async Task DeadLetters_AreCountedByTopic()
    {
        var writer = new CountedDeadLetters(new RecordingTopicWriter(), _log.Logger<CountedDeadLetters>());
        await writer.WriteAsync([Record("item-dead-letters"), Record("items-merged"), Record("item-dead-letters"), Record("order-shipping-dead-letters")], TestContext.Current.CancellationToken);
        Metrics().ShouldBe(["DeadLettered 2 topic=item-dead-letters", "DeadLettered 1 topic=order-shipping-dead-letters"]);
    }

    [Fact]
    public async Task EverySweep_IsCounted_AlsoOneThatFindsNothing()
    {
        var rig = new ReconciliationRig();
        await rig.RunAsync(rig.Order("o-1", "p1"), rig.Order("o-2", "p1"));
        var sweep = new OverdueSweep(rig.Catalog, rig.Table, rig.Clock, _log.Logger<OverdueSweep>());
        await sweep.RunAsync(() => TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        rig.Clock.Advance(TimeSpan.FromDays(3));
        await sweep.RunAsync(() => TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Metrics().ShouldBe(["Overdue 0", "Overdue 2"]);
    }

    [Fact]
    public void OtherLines_MakeNoMetric()
    {
        _log.Logger<Enrich>().LogWarning("DeadLettered {Count} {Topic} Swept {Overdue}", 1, "item-dead-letters", 1);
        _log.Logger<Enrich>().LogWarning(new EventId(1, "Other"), "{Count} records went to {Topic}", 1, "item-dead-letters");
        _log.All.Count.ShouldBe(2);
        Metrics().ShouldBeEmpty();
    }

    /// <summary>A filter that nothing writes for, or an alarm on a metric that nothing makes, would be silent for ever.</summary>
    [Fact]
    public void AlarmsAndDashboard_AskForMetricsThatAreMade()
    {
        var made = Made().ToHashSet(StringComparer.Ordinal);
        var alarms = Checkout.TemplateFiles.SelectMany(file => TemplateWalk.Resources(TemplateReader.Read(Checkout.PathOf(file)), "AWS::CloudWatch::Alarm")).SelectMany(alarm => Asked(alarm.Properties)).Distinct().ToList();
        alarms.ShouldContain("DeadLettered topic");
        alarms.ShouldContain("Overdue ");
        alarms.Where(metric => !made.Contains(metric)).ShouldBeEmpty("asked for by alarms");

        var body = Operations["Resources"]!["Dashboard"]!["Properties"]!["DashboardBody"]!["Fn::Sub"]!.ToString();
        var searched = Search().Matches(body).Select(match => $"{match.Groups[2].Value} {match.Groups[1].Value}").Concat(Plain().Matches(body).Select(match => match.Groups[1].Value + " ")).ToList();
        searched.Count.ShouldBe(Namespaced().Count(body), "a widget that this test does not read");
        searched.Where(metric => !made.Contains(metric)).ShouldBeEmpty("asked for by the dashboard");
    }

    [Fact]
    public void Dashboard_IsJson()
    {
        var body = Operations["Resources"]!["Dashboard"]!["Properties"]!["DashboardBody"]!["Fn::Sub"]!.ToString();
        var widgets = JsonNode.Parse(body)!["widgets"]!.AsArray();
        widgets.ShouldNotBeEmpty();
        var places = widgets.Select(widget => (X: Number(widget!, "x"), Y: Number(widget!, "y"), Width: Number(widget!, "width"), Height: Number(widget!, "height"))).ToList();
        places.ShouldAllBe(place => place.X + place.Width <= 24);
        foreach (var (place, index) in places.Select((place, index) => (place, index)))
            places.Take(index).ShouldAllBe(other => other.X + other.Width <= place.X || place.X + place.Width <= other.X || other.Y + other.Height <= place.Y || place.Y + place.Height <= other.Y, "widgets cover each other");
    }

    public void Dispose() => _log.Dispose();

    private static int Number(JsonNode widget, string name) => widget[name]!.GetValue<int>();

    private static OutgoingRecord Record(string topic) => new() { Topic = topic };

    private static IEnumerable<JsonObject> Filters(JsonObject template) => TemplateWalk.Resources(template, "AWS::Logs::MetricFilter").Select(filter => filter.Properties);

    // Metrics that all filters make: the name, and the dimension it has.
    private static IEnumerable<string> Made() =>
        from file in Checkout.TemplateFiles
        from filter in Filters(TemplateReader.Read(Checkout.PathOf(file)))
        let metric = filter["MetricTransformations"]!.AsArray().Single()!
        select $"{metric["MetricName"]} {metric["Dimensions"]?[0]!["Key"]}";

    private static IEnumerable<string> Asked(JsonNode? node) => node switch
    {
        JsonObject map when map.ContainsKey("MetricName") && TemplateWalk.Texts(map["Namespace"]).Any(text => text.StartsWith("EntitySync/", StringComparison.Ordinal)) =>
            [$"{map["MetricName"]} {map["Dimensions"]?[0]!["Name"]}"],
        JsonObject map => map.SelectMany(property => Asked(property.Value)),
        JsonArray list => list.SelectMany(Asked),
        _ => [],
    };

    private IEnumerable<string> Metrics() =>
        from line in _log.All
        from filter in Filters(Operations)
        where FilterPattern.Matches(filter["FilterPattern"]!.ToString(), line)
        let metric = filter["MetricTransformations"]!.AsArray().Single()!
        let dimensions = (metric["Dimensions"] as JsonArray ?? []).Select(dimension => $" {dimension!["Key"]}={FilterPattern.Select(dimension["Value"]!.ToString(), line)}")
        select $"{metric["MetricName"]} {FilterPattern.Select(metric["MetricValue"]!.ToString(), line)}{string.Concat(dimensions)}";

    [GeneratedRegex("""SEARCH\('\{EntitySync/\$\{StackPrefix\},([A-Za-z]+)\} MetricName=\\"([A-Za-z]+)\\"'""")]
    private static partial Regex Search();

    [GeneratedRegex("""\["EntitySync/\$\{StackPrefix\}", "([A-Za-z]+)",? ?[\]{]""")]
    private static partial Regex Plain();

    [GeneratedRegex("""EntitySync/\$\{StackPrefix\}""")]
    private static partial Regex Namespaced();
}
