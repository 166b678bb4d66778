using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Topics;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The resource that the definitions give and the function that is called for it must mean the same; between them is only text.</summary>
public sealed class CreateTopicsContractTests
{
    private static readonly JsonObject Topics = TemplateReader.Read(Checkout.PathOf("infra", "generated", "entities.yaml"))["Resources"]!["Topics"]!.AsObject();

    [Fact]
    public void Function_UnderstandsTheList()
    {
        var properties = Topics["Properties"]!;
        var topics = WantedTopics.Read(JsonSerializer.SerializeToElement(properties));
        topics.Select(Describe).ShouldBe(properties["Topics"]!.AsArray().Select(entry => $"{entry!["Name"]} {entry["Partitions"]} {entry["Cleanup"]} {entry["RetentionHours"]} {entry["Owner"]}"));
        topics.ShouldNotBeEmpty();

        static string Describe(WantedTopic topic) => $"{topic.Name} {topic.Partitions} {(topic.IsCompacted ? "compact" : "delete")} {Hours(topic.Retention)} {(topic.IsOurs ? "entitysync" : "others")}";

        static string Hours(TimeSpan? retention) => retention is not { } time ? "" : time == Timeout.InfiniteTimeSpan ? "unlimited" : $"{time.TotalHours}";
    }

    [Fact]
    public void Function_AnswersBeforeCloudFormationGivesUp() =>
        Checkout.Template.Functions["CreateTopicsFunction"].Timeout.ShouldBeLessThan(TimeSpan.FromSeconds(int.Parse(Topics["Properties"]!["ServiceTimeout"]!.ToString())));
}
