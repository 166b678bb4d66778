using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Explain;
using EntitySync.Local.Validation;

namespace EntitySync.Local.Commands;

/// <summary><c>explain</c>: the plan of a definition, in words and as a graph. Both are read off the topology that would run.</summary>
internal static class ExplainCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "Definition file, or the name of one in infra/entities." };
        var strategy = LocalCommands.Strategies("Strategy of all relations instead of what the definition says.");
        var mermaid = new Option<bool>("--mermaid") { Description = "Only the graph, as Mermaid text." };
        var command = new Command("explain", "Tell what a definition does: topics, parts and their state, how each relation is joined what a change of each input costs; of the other kinds what they read, write, keep and cost; with a Mermaid graph.")
        {
            file, strategy, mermaid,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var check = DefinitionCheck.Of(DefinitionLoader.Load(LocalCommands.DefinitionFile(parsed.GetRequiredValue(file)), parsed.GetValue(strategy)));
            foreach (var mistake in check.Mistakes) parsed.InvocationConfiguration.Error.WriteLine(mistake.Text);
            var isGraphOnly = parsed.GetValue(mermaid);
            if (check.Reconciliations is [var reconciliation]) return Print(output, () => ReconciliationPlan.Of(reconciliation), MermaidGraph.Of(ReconciliationFlow.Of(reconciliation)), isGraphOnly);
            if (check.ReadModels is [var readModel]) return Print(output, () => ReadModelPlan.Of(readModel), MermaidGraph.Of(ReadModelFlow.Of(readModel)), isGraphOnly);
            if (check.Feeds is [var feed]) return Print(output, () => FeedPlan.Of(feed), MermaidGraph.Of(FeedPlan.Flow(feed)), isGraphOnly);
            if (check.Definitions is not [var definition]) return 1;
            var topology = JoinTopology.BuildTopology(definition);
            return Print(output, () => PlanText.Of(topology), MermaidGraph.Of(topology), isGraphOnly);
        });
        return command;
    }

    private static int Print(TextWriter output, Func<string> plan, string graph, bool isGraphOnly)
    {
        if (!isGraphOnly) output.Write(plan() + "\nGraph (Mermaid)\n\n");
        output.Write(graph);
        return 0;
    }
}
