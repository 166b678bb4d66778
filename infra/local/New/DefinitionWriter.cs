using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.New;

/// <summary>Writes a draft as a commented definition.</summary>
internal sealed class DefinitionWriter
{
    private const int CommentColumn = 36;
    private readonly StringBuilder _text = new();

    private DefinitionWriter()
    {
    }

    /// <param name="draft">What to write.</param>
    /// <param name="schema">Path of the JSON Schema, seen from the file's folder.</param>
    public static string Write(DefinitionDraft draft, string schema)
    {
        var writer = new DefinitionWriter();
        writer.Line(0, $"# yaml-language-server: $schema={schema}");
        writer.Line(0, "#");
        writer.Line(0, "# Inferred from sample records. Read it before it runs; what is marked unsure or likely wants a look at more data than the samples.");
        writer.Line(0, $"entity: {YamlText.Scalar(draft.Options.Entity)}");
        writer.Blank();
        writer.Root(draft.Root);
        writer.Blank();
        writer.Line(0, "relations:");
        foreach (var relation in draft.Relations) writer.Relation(relation, draft.Strategy, 1, isNested: false);
        writer.Blank();
        writer.Line(0, $"output: {{ topic: {YamlText.Flow(draft.Output)} }}");
        return writer._text.ToString();
    }

    private void Root(InferredRoot root)
    {
        Line(0, "root:");
        Line(1, $"topic: {YamlText.Scalar(root.Topic)}");
        if (root.IsStream) Line(1, "kind: stream", $"{root.Reason}");
        if (root.Key.Count > 0) Line(1, $"key: {YamlText.OneOrList(root.Key)}", root.IsDebezium ? $"{root.Reason}; becomes the entity's key" : $"{root.Reason}; equals the record key");
        if (root.IsDebezium) Line(1, "format: debezium", "the sampled records are change events");
    }

    private void Relation(InferredRelation relation, Strategy strategy, int depth, bool isNested)
    {
        Line(depth, $"{YamlText.Scalar(relation.Name)}:");
        Line(depth + 1, $"from: {YamlText.Scalar(relation.From)}");
        if (relation.IsDebezium) Line(depth + 1, "format: debezium", "the sampled records are change events");
        Line(depth + 1, $"key: {YamlText.OneOrList(relation.Key)}");
        Line(depth + 1, $"match: {YamlText.OneOrList(relation.Match)}", $"{relation.Reason}");
        if (relation.IsMany) Line(depth + 1, "many: true", relation.Cardinality);
        if (relation.Order is { } order) Line(depth + 1, $"# order: {{ by: {YamlText.Flow(order)}, direction: descending }}");
        Line(depth + 1, $"embed: {YamlText.Scalar(relation.Target)}");
        if (relation.Fields.Count > 0) Line(depth + 1, $"fields: {YamlText.List(relation.Fields)}");
        if (relation.IsMany) Line(depth + 1, $"missing: {{ set: {{ {YamlText.Flow(relation.Target)}: [] }} }}", "an empty list when there is no row");
        if (!isNested) Line(depth + 1, $"strategy: {Word(strategy)}", $"or {string.Join(", ", Others(relation, strategy).Select(Word))}: the output is the same");
        if (relation.Nested.Count == 0) return;
        Line(depth + 1, "relations:");
        foreach (var nested in relation.Nested) Relation(nested, strategy, depth + 2, isNested: true);
    }

    // A reference table is looked up by one top-level field, and holds rows as they are.
    private static IEnumerable<Strategy> Others(InferredRelation relation, Strategy strategy) =>
        from other in Enum.GetValues<Strategy>()
        where other != strategy && (other != Strategy.Lookup || (relation is { IsDebezium: false, Nested.Count: 0, Key: [var key] } && !key.Contains('.', StringComparison.Ordinal)))
        select other;

    private static string Word(Strategy strategy) => $"{strategy}".ToLowerInvariant();

    private void Blank() => _text.Append('\n');

    private void Line(int depth, string text, string? comment = null)
    {
        var line = new string(' ', depth * 2) + text;
        _text.Append(comment is null ? line : $"{line.PadRight(CommentColumn - 1)} # {comment}").Append('\n');
    }
}
