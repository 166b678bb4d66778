using System.Collections.Immutable;
using System.Text.Json;
using EntitySync.Core.Definitions.Grammar;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What ties places of one read model together and so is not in the grammar: topics that must differ, what a rule may change, fields that states and indexes name.</summary>
internal sealed class ReadModelRules(YamlPlace file, ReadModelDefinition definition, ProblemList problems)
{
    /// <summary>What a table's items and this project use themselves.</summary>
    private static readonly string[] Attributes = ["rowKey", "revision", "facts", "document", "expiresAt"];

    private readonly RowFields _fields = new(problems);

    public void Check()
    {
        CheckTopics(file["topics"]);
        foreach (var topic in definition.Topics) CheckTopic(topic, file["topics"][topic.Topic]);
        CheckFields();
        foreach (var state in definition.States) CheckStates(state, file["states"][state.Field]);
        CheckConstants();
        foreach (var index in definition.Indexes) CheckIndex(index, file["indexes"][index.Name]);
        CheckIndexNames(file["indexes"]);
        ProvisionReader.Check(file, definition.NamedTopics(), problems);
    }

    private void CheckTopics(YamlPlace topics)
    {
        var output = file["output"]["topic"];
        if (output.Text is { } written && topics[written].Exists) problems.Add(output, "the read model would read what it writes", $"{YamlScalar.Quote(written)}, one of topics", "another topic");
        if (definition.ReadModel.Length == 0) return;
        var deadLetters = definition.DeadLetterTopic();
        if (topics.Entries.FirstOrDefault(entry => entry.Key.Text == deadLetters) is { } read) problems.Add(read.Key.Mark, topics[deadLetters].Path, "", $"{YamlScalar.Quote(deadLetters)}, where events go that cannot be used", "another topic");
        if (output.Text == deadLetters) problems.Add(output, "", $"{YamlScalar.Quote(deadLetters)}, where events go that cannot be used", "another topic");
    }

    private void CheckTopic(ReadModelTopic topic, YamlPlace place)
    {
        new MatchRules(problems).RefuseArrays(place["key"], "an event is of one row");
        new MatchPathRules(problems, "paths that agree").CheckOneDocument(place["key"], topic.Key, [(place["time"], topic.Time), (place["id"], topic.Id)]);
        foreach (var (rule, at) in topic.Events.Zip(place["events"].Items)) CheckRule(rule, at, topic.Events.Length > 1);
    }

    private void CheckRule(EventRule rule, YamlPlace place, bool hasOthers)
    {
        var changes = place.Entries.Where(entry => entry.Key.Text is "replace" or "set" or "increment" or "append").ToList();
        if (rule.Deletes && changes.Count > 0)
            problems.Add(place["delete"], "a deleted row has no fields", $"true with {string.Join(" and ", changes.Select(entry => entry.Key.Text))}", "an entry of its own for the changes, or no delete");
        if (rule.Deletes && changes.Count == 0 && hasOthers && !place["where"].Exists)
            problems.Add(place["delete"], "every event of the topic would delete its row", "true without where, beside other entries", "where: the events that delete");
        if (!rule.Deletes && changes.Count == 0 && place["delete"].Exists && place["delete"].Node is YamlScalar { Kind: ScalarKind.Flag })
            problems.Add(place["delete"], "the event would change nothing", "false by itself", "true, or a change");

        foreach (var kind in changes.Select(entry => entry.Key.Text))
        {
            foreach (var entry in place[kind].Entries) _fields.Add(entry.Key, kind, place[kind][entry.Key.Text], place);
        }
    }

    private void CheckFields()
    {
        if (_fields.Count > ReadModelGrammar.MostFields)
            problems.Add(file["topics"], "a row has too many fields", $"{_fields.Count} fields", $"at most {ReadModelGrammar.MostFields}; one field can hold an object of several");
        if (_fields.Count == 0 && file["topics"].Exists && problems.IsEmpty)
            problems.Add(file["topics"], "no event ever changes a row", "no replace, set, increment or append", "at least one of them");
    }

    private void CheckStates(StateOrder states, YamlPlace place)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var state in place.Items.Where(item => item.Text is { } text && !seen.Add(text)))
            problems.Add(state, "a state stands twice in the order", YamlScalar.Quote(state.Text!), "each state once");

        var key = file["states"].Entries.First(entry => entry.Key.Text == states.Field).Key;
        if (_fields.KindOf(states.Field) is not { } kind) _fields.AddUnknown(key, place.Path);
        else if (kind != FieldNature.Value) problems.Add(key.Mark, place.Path, "a field with an order of states holds one of them", $"{YamlScalar.Quote(states.Field)}, {RowFields.Word(kind)}", "a field that is replaced or set");
    }

    /// <summary>A constant that is none of the states would send every such event to the dead letters.</summary>
    private void CheckConstants()
    {
        var orders = definition.States.ToDictionary(state => state.Field, state => state.Order, StringComparer.Ordinal);
        foreach (var (rule, place) in definition.Topics.SelectMany(topic => topic.Events.Zip(file["topics"][topic.Topic]["events"].Items)))
        {
            foreach (var change in rule.Changes.Where(change => change.Constant is not null && change.Kind is FieldChangeKind.Replace or FieldChangeKind.Set))
            {
                if (!orders.TryGetValue(change.Field, out var order) || (TextOf(change.Constant!.Value) is { } text && order.Contains(text))) continue;
                var value = place[change.Kind == FieldChangeKind.Replace ? "replace" : "set"][change.Field];
                var constant = value[change.Source is null ? "value" : "default"];
                if (constant.Node is YamlScalar found) problems.Add(constant, "not among the states of the field", found.Shown, string.Join(", ", order), DidYouMean.Nearest(found.Text, order));
                else problems.Add(constant, "not among the states of the field", constant.Node!.Shown, string.Join(", ", order));
            }
        }
    }

    private void CheckIndex(ReadModelIndex index, YamlPlace place)
    {
        CheckIndexField(place["key"], "a list has no value to ask for", isSum: false);
        var sort = index.SortsNumbers ? place["sort"]["number"] : place["sort"];
        CheckIndexField(sort, "a list has no place in an order", isSum: index.Sort is not null && !index.SortsNumbers);
        if (index.Sort is not { } field) return;
        if (field == index.Key) problems.Add(sort, "all rows of one value would stand in one place", $"{YamlScalar.Quote(field)}, the key of the index", "another field, or no sort: by the row's key");
        if (index.SortsNumbers && definition.States.Any(state => state.Field == field))
            problems.Add(sort, "no row would ever be in the list", $"{YamlScalar.Quote(field)}, which holds states", "a field that holds numbers, or sort without number");
    }

    private void CheckIndexField(YamlPlace place, string why, bool isSum)
    {
        if (place.Text is not { } field) return;
        var kind = _fields.KindOf(field);
        if (kind is null) _fields.AddUnknown((YamlScalar)place.Node!, place.Path);
        else if (kind == FieldNature.List) problems.Add(place, why, $"{YamlScalar.Quote(field)}, {RowFields.Word(kind.Value)}", "a field that is replaced, set or incremented");
        else if (isSum && kind == FieldNature.Sum) problems.Add(place, "no row would ever be in the list", $"{YamlScalar.Quote(field)}, {RowFields.Word(kind.Value)}", $"sort: {{ number: {field} }}");
    }

    // The table has an attribute named as the index, and one with Sort behind it.
    private void CheckIndexNames(YamlPlace indexes)
    {
        var names = definition.Indexes.Select(index => index.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var key in indexes.Entries.Select(entry => entry.Key))
        {
            if (Attributes.Contains(key.Text)) problems.Add(key.Mark, indexes[key.Text].Path, "the table uses the name itself", YamlScalar.Quote(key.Text), $"another name than {string.Join(", ", Attributes)}");
            else if (key.Text.EndsWith("Sort", StringComparison.Ordinal) && names.Contains(key.Text[..^4]))
                problems.Add(key.Mark, indexes[key.Text].Path, "the table uses the name for the other index", $"{YamlScalar.Quote(key.Text)} beside {YamlScalar.Quote(key.Text[..^4])}", "another name for one of them");
        }
    }

    /// <summary>Null for a constant that is no text.</summary>
    private static string? TextOf(ImmutableArray<byte> json) => json[0] == (byte)'"' ? JsonSerializer.Deserialize<string>(json.AsSpan()) : null;
}
