using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Explain;
using EntitySync.Local.Runner;
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
        var command = new Command("explain", "Tell what a definition does: topics, parts and their state, how each relation is joined (of a reconciliation: when an entity is complete), what a change of each input costs; with a Mermaid graph.")
        {
            file, strategy, mermaid,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var check = DefinitionCheck.Of(DefinitionLoader.Load(PathOf(parsed.GetRequiredValue(file)), parsed.GetValue(strategy)));
            foreach (var mistake in check.Mistakes) parsed.InvocationConfiguration.Error.WriteLine(mistake.Text);
            if (check.Reconciliations is [var reconciliation]) return Print(output, () => ReconciliationPlan.Of(reconciliation), MermaidGraph.Of(ReconciliationFlow.Of(reconciliation), new HashSet<string>()), parsed.GetValue(mermaid));
            if (check.Definitions is not [var definition]) return 1;
            var topology = JoinTopology.BuildTopology(definition);
            return Print(output, () => PlanText.Of(topology), MermaidGraph.Of(topology), parsed.GetValue(mermaid));
        });
        return command;
    }

    private static int Print(TextWriter output, Func<string> plan, string graph, bool isGraphOnly)
    {
        if (!isGraphOnly) output.Write(plan() + "\nGraph (Mermaid)\n\n");
        output.Write(graph);
        return 0;
    }

    private static string PathOf(string file)
    {
        if (File.Exists(file)) return file;
        var named = Checkout.PathOf("infra", "entities", file + ".yaml");
        return File.Exists(named) ? named : file;
    }
}
