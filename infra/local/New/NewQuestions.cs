using EntitySync.Core.Definitions;
using Spectre.Console;

namespace EntitySync.Local.New;

/// <summary>Asks for what the options do not say.</summary>
internal sealed class NewQuestions(IAnsiConsole console)
{
    public string Entity() => Text("Name of the entity, such as [green]item[/]:");

    public TopicSample Root() => new(Text("Topic of its records:"), SampleFile("File with samples of them, one JSON object a line:"));

    /// <summary>As many as the user names; an empty name ends it.</summary>
    public List<RelationSample> Relations()
    {
        var relations = new List<RelationSample>();
        while (true)
        {
            var hint = relations.Count == 0 ? "such as [green]repo[/]" : $"[green]{Markup.Escape(string.Join('.', relations[^1].Path))}.NAME[/] for one of its rows, empty for no more";
            var name = console.Prompt(new TextPrompt<string>($"Name of a relation, {hint}:").AllowEmpty());
            if (name.Length == 0 && relations.Count > 0) return relations;
            if (name.Length == 0) continue;
            relations.Add(new RelationSample(name.Split('.'), new TopicSample(Text("  Topic of its rows:"), SampleFile("  File with samples of them:"))));
        }
    }

    public string Output(string standard) => console.Prompt(new TextPrompt<string>("Topic of the joined entities:").DefaultValue(standard));

    public Strategy Strategy() => console.Prompt(new SelectionPrompt<Strategy>()
        .Title("How are the relations joined? The output is the same.")
        .UseConverter(strategy => strategy switch
        {
            Core.Definitions.Strategy.Broadcast => "broadcast: every task holds all related rows",
            Core.Definitions.Strategy.Shuffle => "shuffle: related rows are re-keyed by the join column; for large tables",
            _ => "lookup: from a reference table in DynamoDB, without state",
        })
        .AddChoices(Core.Definitions.Strategy.Broadcast, Core.Definitions.Strategy.Shuffle, Core.Definitions.Strategy.Lookup));

    private string Text(string question) => console.Prompt(new TextPrompt<string>(question));

    private string SampleFile(string question) =>
        console.Prompt(new TextPrompt<string>(question).Validate(file => File.Exists(file) ? ValidationResult.Success() : ValidationResult.Error($"[red]{Markup.Escape(file)} does not exist.[/]")));
}
