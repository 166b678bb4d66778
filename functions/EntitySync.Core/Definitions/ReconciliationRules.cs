using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What ties places of one reconciliation together and so is not in the grammar: topics that must differ, both sides that must agree, what the output can hold.</summary>
internal sealed class ReconciliationRules(YamlPlace file, ReconciliationDefinition definition, ProblemList problems)
{
    public void Check()
    {
        CheckTopics();
        CheckKeys();
        CheckAmounts(file["expected"]["amount"], file["arrived"]["amount"]);
        CheckPaths();
        CheckOutput(file["output"]["embed"]);
        ProvisionReader.Check(file, definition.NamedTopics(), problems);
        if (file["overdue"].Exists && !file["deadline"].Exists)
            problems.Add(file["overdue"], "without a deadline nothing is ever overdue", "overdue without deadline", "deadline with after or at, or no overdue");
    }

    private void CheckTopics()
    {
        var (expected, arrived) = (file["expected"]["topic"], file["arrived"]["topic"]);
        var (output, overdue) = (file["output"]["topic"], file["overdue"]["topic"]);
        if (Same(arrived, expected)) problems.Add(arrived, "a message either says what is expected or brings it", $"{Shown(arrived)}, the topic of expected", "another topic");
        foreach (var written in (YamlPlace[])[output, overdue])
        {
            foreach (var read in (YamlPlace[])[expected, arrived])
            {
                if (Same(written, read)) problems.Add(written, "the reconciliation would read what it writes", $"{Shown(written)}, the topic of {read.Path[..read.Path.IndexOf('.')]}", "another topic");
            }
        }

        if (Same(overdue, output)) problems.Add(overdue, "complete and overdue entities would not be told apart", $"{Shown(overdue)}, the topic of output", "another topic");
        foreach (var place in (YamlPlace[])[expected, arrived, output, overdue])
        {
            if (definition.Entity.Length > 0 && place.Text == definition.DeadLetterTopic()) problems.Add(place, "", $"{Shown(place)}, where messages go that cannot be used", "another topic");
        }
    }

    private void CheckKeys()
    {
        var (expected, arrived) = (file["expected"]["key"], file["arrived"]["key"]);
        var matches = new MatchRules(problems);
        matches.RefuseArrays(expected, "an entity has one id");
        matches.RefuseArrays(arrived, "a piece belongs to one entity");
        var (columns, others) = (expected.OneOrMore.Count(), arrived.OneOrMore.Count());
        if (columns > 0 && others > 0 && columns != others)
            problems.Add(arrived, "the keys of expected and arrived differ in number", $"{others} in arrived, {columns} in expected", $"{columns} in arrived");
        matches.CheckColumns(arrived, definition.Arrived.Key, "arrived", expected, definition.Expected.Key, "expected");
    }

    // A sum needs amounts to add up, and one unit of both.
    private void CheckAmounts(YamlPlace expected, YamlPlace arrived)
    {
        if (expected.Exists && !arrived.Exists && file["arrived"].Exists)
            problems.Add(arrived, "nothing would add up to the expected amount", "expected.amount without arrived.amount", "arrived.amount: what a piece adds");
        if (arrived.Exists && !expected.Exists && file["expected"]["elements"].Exists)
            problems.Add(arrived, "elements arrive or do not, nothing is added up", "arrived.amount with expected.elements", "no arrived.amount, or expected.amount in place of expected.elements");
        if (!expected.Exists || !arrived.Exists || expected["currency"].Exists == arrived["currency"].Exists) return;
        var (with, without) = expected["currency"].Exists ? (expected, arrived) : (arrived, expected);
        problems.Add(without["currency"], "amounts of unknown currency cannot be compared", $"a currency in {with.Path} only", "a currency on both sides, or on none");
    }

    private void CheckPaths()
    {
        var (expected, arrived) = (file["expected"], file["arrived"]);
        var rules = new MatchPathRules(problems, "paths that agree");
        rules.CheckOneDocument(
            expected["key"],
            definition.Expected.Key,
            [(expected["elements"], definition.Expected.Elements), .. Paths(expected["amount"], definition.Expected.Amount), (file["deadline"]["at"], definition.Deadline?.At)]);
        rules.CheckOneDocument(arrived["key"], definition.Arrived.Key, [(arrived["element"], DefinitionReader.ReadPath(arrived["element"])), .. Paths(arrived["amount"], definition.Arrived.Amount)]);
    }

    private void CheckOutput(YamlPlace embed)
    {
        if (embed.Text is { } target && definition.Expected.Key.Paths.Any(path => path.Steps[0].Name == target))
            problems.Add(embed, "what arrived would take the place of the key", $"{Shown(embed)}, a field of expected.key", "another field");

        var fields = file["arrived"]["fields"];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.Items.Where(field => field.Text is { } name && !seen.Add(name)))
            problems.Add(field, "a field is written twice", Shown(field), "each field once");
    }

    private static IEnumerable<(YamlPlace, FieldPath?)> Paths(YamlPlace place, AmountDefinition? amount) => [(place["value"], amount?.Value), (place["currency"], amount?.Currency)];

    private static bool Same(YamlPlace one, YamlPlace other) => one.Text is { } topic && topic == other.Text;

    private static string Shown(YamlPlace place) => YamlScalar.Quote(place.Text!);
}
