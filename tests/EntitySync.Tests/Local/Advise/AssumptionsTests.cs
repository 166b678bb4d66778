using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Local.Advise;
using EntitySync.Local.Runner;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Local.Advise;

public sealed class AssumptionsTests
{
    private static readonly JsonNode Template = TemplateReader.Read(Checkout.PathOf("template.yaml"));
    private static readonly JsonNode Generated = TemplateReader.Read(Checkout.PathOf("infra", "generated", "entities.yaml"));

    [Fact]
    public void Settings_AreThoseOfTheTemplate()
    {
        var enrich = Generated["Resources"]!["EnrichItemUpdates"]!["Properties"]!;
        Text(enrich["BatchSize"]).ShouldBe($"{Assumptions.EnrichBatch}");
        Text(enrich["MaximumBatchingWindowInSeconds"]).ShouldBe($"{Assumptions.EnrichWindowSeconds}");
        Text(enrich["ProvisionedPollerConfig"]!["MaximumPollers"]).ShouldBe($"{Assumptions.EnrichPollers}");
        Text(Stream("TriggerReplayDeliveryClasses")["MaximumBatchingWindowInSeconds"]).ShouldBe($"{Assumptions.TriggerWindowSeconds}");
        Text(Stream("PublishReferenceDeliveryClasses")["MaximumBatchingWindowInSeconds"]).ShouldBe($"{Assumptions.PublishWindowSeconds}");
        Text(Template["Globals"]!["Function"]!["MemorySize"]).ShouldBe($"{Assumptions.FunctionMegabytes}");
        Text(Template["Resources"]!["PublishReplayPagesFunction"]!["Properties"]!["Timeout"]).ShouldBe($"{Assumptions.PublishPagesTimeoutSeconds}");
    }

    [Fact]
    public void Containers_HaveOneCore()
    {
        var container = TemplateReader.Read(Checkout.PathOf("infra", "join-host.yaml"))["Resources"]!["TaskDefinition"]!["Properties"]!;

        Text(Template["Parameters"]!["JoinCpu"]!["Default"]).ShouldBe("1024");
        Text(container["RuntimePlatform"]!["CpuArchitecture"]).ShouldBe("ARM64");
    }

    [Fact]
    public void Pages_HaveTheSizeOfDefinitionsThatSayNothing() => new ReplayDefinition(new SolrIdSourceDefinition("items", "sku", ImmutableSortedDictionary<string, string>.Empty)).PageSize.ShouldBe(Assumptions.IdsPerPage);

    /// <summary>States entered by a replay of one slice, with a start for each of the two executions.</summary>
    [Fact]
    public void Transitions_AreThoseOfTheStateMachine()
    {
        var states = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("infra", "statemachines", "replay.asl.json")))!["States"]!.AsObject();
        var slice = states["PublishSlices"]!["ItemProcessor"]!["States"]!.AsObject().Select(state => state.Key).ToList();
        var outer = states.Select(state => state.Key).Where(name => name != "ReplayFailed").ToList();
        var repeated = slice.Where(name => name is "PublishReplayPages" or "MorePages").ToList();

        repeated.Count.ShouldBe(Assumptions.TransitionsPerPublishInvocation);
        (2 + outer.Count + slice.Count(name => name == "SliceDone")).ShouldBe(Assumptions.TransitionsPerReplay);
    }

    private static JsonNode Stream(string mapping) => Generated["Resources"]![mapping]!["Properties"]!;

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
