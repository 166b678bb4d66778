using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

public sealed partial class StateMachineTests
{
    private static readonly StateMachineDefinition Replay = Checkout.Template.StateMachines.Single();

    private readonly string _asl = File.ReadAllText(Checkout.PathOf(Replay.DefinitionPath));

    [Fact]
    public void Substitutions_NameFunctionsOfTheTemplate()
    {
        Replay.Substitutions.ShouldAllBe(pair => Checkout.Template.Functions.ContainsKey(pair.Value));
        Replay.Substitutions.ShouldAllBe(pair => pair.Key == pair.Value + "Arn");
    }

    [Fact]
    public void Placeholders_AreTheSubstitutions() =>
        Placeholder().Matches(_asl).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ShouldBe(Replay.Substitutions.Keys);

    [Fact]
    public void TaskStates_AreNamedAsTheirHandlerClasses()
    {
        var tasks = States(JsonNode.Parse(_asl)!).Where(state => state.State["Type"]!.ToString() == "Task").ToList();
        tasks.Select(task => task.Name).Distinct().Order(StringComparer.Ordinal).ShouldBe(["FinishReplay", "PlanReplay", "PublishReplayPages"]);
        foreach (var (name, state) in tasks)
            Checkout.Template.Functions[Replay.Substitutions[state["Resource"]!.ToString()[2..^1]]].Handler.ShouldBe($"EntitySync.Functions::EntitySync.Functions.{name}::HandleAsync");
    }

    // Only what the local interpreter runs as AWS does: JSONPath, and Lambda functions called by their plain ARN.
    [Fact]
    public void Definition_StaysInTheCommonLanguage()
    {
        var root = JsonNode.Parse(_asl)!;
        (root["QueryLanguage"]?.ToString() ?? "JSONPath").ShouldBe("JSONPath");
        States(root).Where(state => state.State["QueryLanguage"] is not null || state.State["Assign"] is not null).Select(state => state.Name).ShouldBeEmpty();
        States(root).Where(state => state.State["Type"]!.ToString() == "Task").ShouldAllBe(task => Placeholder().IsMatch(task.State["Resource"]!.ToString()));
    }

    private static IEnumerable<(string Name, JsonObject State)> States(JsonNode machine) =>
        machine["States"]!.AsObject().SelectMany(state => Inner(state.Value!).Prepend((state.Key, state.Value!.AsObject())));

    private static IEnumerable<(string Name, JsonObject State)> Inner(JsonNode state) =>
        new[] { state["ItemProcessor"], state["Iterator"] }.Concat(state["Branches"]?.AsArray() ?? []).Where(machine => machine is not null).SelectMany(machine => States(machine!));

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
