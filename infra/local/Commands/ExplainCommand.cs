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
        var file = new Argument<string>("FILE") { Description = "Definition file, or the name of an entity in infra/entities." };
        var strategy = LocalCommands.Strategies("Strategy of all relations instead of what the definition says.");
        var mermaid = new Option<bool>("--mermaid") { Description = "Only the graph, as Mermaid text." };
        var command = new Command("explain", "Tell what a definition does: topics, parts and their state, how each relation is joined, what a change of each input costs; with a Mermaid graph.")
        {
            file, strategy, mermaid,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var check = DefinitionCheck.Of(DefinitionLoader.Load(LocalCommands.DefinitionFile(parsed.GetRequiredValue(file)), parsed.GetValue(strategy)));
            foreach (var mistake in check.Mistakes) parsed.InvocationConfiguration.Error.WriteLine(mistake.Text);
            if (check.Definitions is not [var definition]) return 1;
            var topology = JoinTopology.BuildTopology(definition);
            if (!parsed.GetValue(mermaid)) output.Write(PlanText.Of(topology) + "\nGraph (Mermaid)\n\n");
            output.Write(MermaidGraph.Of(topology));
            return 0;
        });
        return command;
    }
}
