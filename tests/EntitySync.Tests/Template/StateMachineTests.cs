using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

public sealed partial class StateMachineTests
{
    public static TheoryData<string> Ids => [.. Checkout.Template.StateMachines.Select(machine => machine.LogicalId)];

    [Fact]
    public void Template_HoldsTheStateMachinesOfTheFlows() => Checkout.Template.StateMachines.Select(machine => $"{machine.LogicalId} {machine.DefinitionPath}").Order(StringComparer.Ordinal).ShouldBe(
        ["RebuildReadModelStateMachine infra/statemachines/rebuild-read-model.asl.json", "ReplayStateMachine infra/statemachines/replay.asl.json"]);

    [Theory, MemberData(nameof(Ids))]
    public void Substitutions_NameFunctionsOfTheTemplate(string id)
    {
        Of(id).Substitutions.ShouldAllBe(pair => Checkout.Template.Functions.ContainsKey(pair.Value));
        Of(id).Substitutions.ShouldAllBe(pair => pair.Key == pair.Value + "Arn");
    }

    [Theory, MemberData(nameof(Ids))]
    public void Placeholders_AreTheSubstitutions(string id) =>
        Placeholder().Matches(Asl(id)).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ShouldBe(Of(id).Substitutions.Keys);

    [Theory]
    [InlineData("ReplayStateMachine", "FinishReplay", "PlanReplay", "PublishReplayPages")]
    [InlineData("RebuildReadModelStateMachine", "FillReadModel", "FinishRebuild", "PlanRebuild")]
    public void TaskStates_AreNamedAsTheirHandlerClasses(string id, params string[] names)
    {
        var tasks = States(JsonNode.Parse(Asl(id))!).Where(state => state.State["Type"]!.ToString() == "Task").ToList();
        tasks.Select(task => task.Name).Distinct().Order(StringComparer.Ordinal).ShouldBe(names);
        foreach (var (name, state) in tasks)
            Checkout.Template.Functions[Of(id).Substitutions[state["Resource"]!.ToString()[2..^1]]].Handler.ShouldBe($"EntitySync.Functions::EntitySync.Functions.{name}::HandleAsync");
    }

    // Only what the local interpreter runs as AWS does: JSONPath, and Lambda functions called by their plain ARN.
    [Theory, MemberData(nameof(Ids))]
    public void Definition_StaysInTheCommonLanguage(string id)
    {
        var root = JsonNode.Parse(Asl(id))!;
        (root["QueryLanguage"]?.ToString() ?? "JSONPath").ShouldBe("JSONPath");
        States(root).Where(state => state.State["QueryLanguage"] is not null || state.State["Assign"] is not null).Select(state => state.Name).ShouldBeEmpty();
        States(root).Where(state => state.State["Type"]!.ToString() == "Task").ShouldAllBe(task => Placeholder().IsMatch(task.State["Resource"]!.ToString()));
    }

    private static StateMachineDefinition Of(string id) => Checkout.Template.StateMachines.Single(machine => machine.LogicalId == id);

    private static string Asl(string id) => File.ReadAllText(Checkout.PathOf(Of(id).DefinitionPath));

    private static IEnumerable<(string Name, JsonObject State)> States(JsonNode machine) =>
        machine["States"]!.AsObject().SelectMany(state => Inner(state.Value!).Prepend((state.Key, state.Value!.AsObject())));

    private static IEnumerable<(string Name, JsonObject State)> Inner(JsonNode state) =>
        new[] { state["ItemProcessor"], state["Iterator"] }.Concat(state["Branches"]?.AsArray() ?? []).Where(machine => machine is not null).SelectMany(machine => States(machine!));

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
