using System.Collections.Immutable;
using EntitySync.Core.Definitions.Grammar;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Builds the model of a read model from the nodes of its file, past mistakes as <see cref="DefinitionReader"/> does.</summary>
internal static class ReadModelReader
{
    /// <param name="file">The file's root.</param>
    /// <param name="text">Its text, which the versions keep.</param>
    /// <param name="sourceFile">Its name.</param>
    public static ReadModelDefinition Read(YamlPlace file, string text, string sourceFile)
    {
        var definition = new ReadModelDefinition
        {
            ReadModel = file["readModel"].Text ?? "",
            Topics = [.. file["topics"].Entries.Select(entry => ReadTopic(entry.Key.Text, file["topics"][entry.Key.Text]))],
            States = [.. file["states"].Entries.Select(entry => new StateOrder(entry.Key.Text, [.. file["states"][entry.Key.Text].Items.Select(state => state.Text).OfType<string>()]))],
            Indexes = [.. file["indexes"].Entries.Select(entry => ReadIndex(entry.Key.Text, file["indexes"][entry.Key.Text]))],
            OutputTopic = file["output"]["topic"].Text,
            Provision = ProvisionReader.Read(file),
            Text = text,
            SourceFile = sourceFile,
        };
        if (file["keep"].Text is { } keep && IsoDuration.TryParse(keep) is { } duration) definition = definition with { Keep = duration };
        return definition with { Fingerprint = ReadModelEntries.Fingerprint(definition) };
    }

    private static ReadModelTopic ReadTopic(string topic, YamlPlace place) => new(
        topic,
        DefinitionReader.ReadKey(place["key"]),
        DefinitionReader.ReadPath(place["time"]),
        place["tombstones"].Text switch
        {
            "delete" => TombstoneRule.Delete,
            "ignore" => TombstoneRule.Ignore,
            _ => TombstoneRule.DeadLetter,
        },
        [.. place["events"].Items.Select(ReadRule)],
        DefinitionReader.ReadPath(place["id"]));

    private static EventRule ReadRule(YamlPlace rule) =>
        new(DefinitionReader.ReadWhere(rule["where"]), rule["delete"].IsTrue, [.. rule.Entries.SelectMany(entry => ReadChanges(entry.Key.Text, rule[entry.Key.Text]))]);

    private static IEnumerable<FieldChange> ReadChanges(string how, YamlPlace changes)
    {
        FieldChangeKind? found = how switch
        {
            "replace" => FieldChangeKind.Replace,
            "set" => FieldChangeKind.Set,
            "increment" => FieldChangeKind.Increment,
            "append" => FieldChangeKind.Append,
            _ => null,
        };
        if (found is not { } kind) return [];
        return changes.Entries.Select(entry => kind == FieldChangeKind.Append ? ReadAppend(entry.Key.Text, changes[entry.Key.Text]) : ReadChange(entry.Key.Text, kind, changes[entry.Key.Text]));
    }

    /// <summary>A path, a number, <c>{ from: path, default: constant }</c> or <c>{ value: constant }</c>.</summary>
    private static FieldChange ReadChange(string field, FieldChangeKind kind, YamlPlace value)
    {
        if (value.Node is YamlScalar { Kind: ScalarKind.Integer or ScalarKind.Float } number) return new FieldChange(field, kind, null, JsonConstants.ToUtf8(number), [], 0);
        var source = DefinitionReader.ReadPath(value["from"].Exists ? value["from"] : value);
        var constant = source is null ? value["value"] : value["default"];
        return new FieldChange(field, kind, source, constant.Node is { } node ? JsonConstants.ToUtf8(node) : null, [], 0);
    }

    private static FieldChange ReadAppend(string field, YamlPlace value)
    {
        var source = DefinitionReader.ReadPath(value["from"].Exists ? value["from"] : value);
        return new FieldChange(field, FieldChangeKind.Append, source, null, DefinitionReader.ReadMappings(value["fields"]), value["limit"].Integer ?? ReadModelGrammar.UsualLimit);
    }

    private static ReadModelIndex ReadIndex(string name, YamlPlace index)
    {
        var number = index["sort"]["number"].Text;
        return new ReadModelIndex(name, index["key"].Text ?? "", number ?? index["sort"].Text, number is not null);
    }
}
