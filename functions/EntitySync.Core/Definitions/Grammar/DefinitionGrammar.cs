using System.Collections.Immutable;

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>
/// The one description of what a definition may say. The loader checks files against it, <see cref="DefinitionSchema"/> writes it down
/// for editors, and messages list what it allows. What ties two places together is in <see cref="DefinitionRules"/>.
/// </summary>
internal static class DefinitionGrammar
{
    private static WordType FileKinds => Words(
        ("entity", "an entity that follows rows which live elsewhere"),
        ("reconciliation", "what has to arrive before an entity is complete"),
        ("read-model", "a table that is kept from the events of topics"),
        ("feed", "a topic that is served as an Atom feed"));

    private static WordType Kinds => Words(
        ("table", "a record replaces the one before it with the same key"),
        ("stream", "every record is an event of its own; cannot be replayed"));

    private static WordType Formats => Words(
        ("json", "the value is the document"),
        ("debezium", "the value is a change event of a Debezium connector"));

    private static WordType Strategies => Words(
        ("lookup", "read from the reference table by Enrich; a change starts a replay"),
        ("broadcast", "every task of the join topology holds all related rows"),
        ("shuffle", "related rows are re-keyed by the join column"));

    private static WordType Sources => Words(
        ("table", "a reference table in DynamoDB, published to the topic of the same name"),
        ("topic", "a topic that somebody else writes"));

    private static WordType MissingWords => Words(
        ("omit", "the relation's fields are left out"),
        ("drop", "the entity is not emitted"),
        ("reject", "the record goes to the dead-letter topic"));

    private static WordType Directions => Words(
        ("ascending", "numbers, then text, then false and true; smallest first"),
        ("descending", "the other way round"));

    private static WordType Emissions => Words(
        ("always", "with every update of the root or of a related row"),
        ("on-change", "only when the output differs from the last one"));

    private static WordType Cases => Words(
        ("lower", "small letters, by the rules of no language in particular"),
        ("upper", "capital letters, likewise"));

    // Before the rest, which is made of them.
    private static readonly ObjectType Computed = new(
    [
        new("template", TextForms.Template, "Text with paths in braces; {{ and }} are braces. A document that lacks one of them has no key.", "\"{owner}/{name}\"", Required: true),
        new("case", Cases, "Case of all letters. Without it as they are.", "\"lower\""),
    ]);

    private static readonly ObjectType Defaulted = new(
    [
        new("from", TextForms.SinglePath, "Field of the related row.", "\"label\"", Required: true),
        new("default", new ConstantType(), "What is written when the row is there but lacks the field or has null there. Without any row missing decides.", "\"REF INCONNUE\"", Required: true),
    ]);

    private static readonly EitherType Source = new([TextForms.SinglePath, Defaulted]);

    public static ObjectType Entity { get; } = new(
    [
        new("kind", FileKinds, "What the file defines. The other kinds have other keys, and schemas of their own: reconciliation.schema.json, read-model.schema.json, feed.schema.json.", "\"entity\"", Default: "\"entity\""),
        new("entity", TextForms.Entity, "Name of the entity. Its internal topics are named after it: item-replay, item-updates, item-dead-letters, item-progress, with a debezium root item-root, and those of its relations.", "\"item\"", Required: true),
        new("root", Root(), "The topic that holds the entity itself.", """{"topic":"items","key":"sku"}""", Required: true),
        new("relations", new RelationsType(), "Rows that live elsewhere and that the entity follows, by a name of your choice. At least one.", RelationExample(), Required: true),
        new("emit", Emit(), "When the entity is emitted.", """{"when":"always"}"""),
        new("output", Output(), "Where the joined entity goes.", """{"topic":"items-merged"}""", Required: true),
        new("hook", Hook(), "A class of yours that gets each joined document before it is emitted, for what a definition should not try to say.", """{"type":"Acme.Hooks.Rounding"}"""),
        new("replay", ReplayGrammar.Replay, "Where a replay gets the ids of the entities it publishes again. Needed for a change of a lookup relation to reach the entities.", ReplayGrammar.Example),
        .. ProvisionGrammar.Keys,
    ]);

    /// <summary>What each entry under <c>relations</c> may say.</summary>
    public static ObjectType Relation { get; } = new(RelationKeys(), AtLeastOneOf: ["set", "embed"], Without: "nothing of the related row would reach the output");

    private static ObjectType Root() => new(
    [
        new("topic", TextForms.Topic, "Topic of the root documents.", "\"items\"", Required: true),
        new("key", Key(TextForms.SinglePath), "What of the document equals the record key; of change events the column that becomes the entity's key. A list for a composite key (the record key is then the JSON array of the texts), a template for a computed one. No relation may write it. Only a stream may lack it.", "\"sku\""),
        new("kind", Kinds, "What a record of the topic means.", "\"stream\"", Default: "\"table\""),
        new("format", Formats, "How the record value is written. debezium needs kind table: the change events are re-keyed by key into item-root.", "\"debezium\"", Default: "\"json\""),
    ]);

    private static ImmutableArray<GrammarKey> RelationKeys() =>
    [
        new("from", TextForms.Topic, "Topic of the related rows; with source table also the name of their reference table. Not the root's topic, nor that of a relation around it.", "\"delivery-classes\"", Required: true),
        new("source", Sources, "Who owns the rows. Without it: table for strategy lookup, topic for broadcast and shuffle.", "\"table\""),
        new("format", Formats, "How the topic's records are written. debezium needs source topic.", "\"debezium\"", Default: "\"json\""),
        new("key", Key(TextForms.SinglePath), "The related row's join column, which need not be its primary key; a list for a composite key, a template for a computed one. A reference table has one top-level field.", "\"name\"", Required: true),
        new("match", Key(TextForms.Path), "Where the parent (the root, or the row around a nested relation) has the key. A list or template as key is, in the same order. Paths with [] go through one array and are combined element by element. It sees the parent as it came, so no sibling may write the field.", "\"deliveryClasses[]\"", Required: true),
        new("where", Where(), "Only related rows whose field has this value, or one of these, count; all others are as if they were not there. Several fields: all must fit. Numbers are equal by value; null also means that the field is absent.", """{"status":["open","draft"],"public":true}"""),
        new("pick", Pick(), "Takes one of several related rows; ties go to the smallest key. Without it there is only one row, or many: true embeds them all.", """{"min":"minimumTime"}"""),
        new("many", new FlagType(), "true embeds all related rows as a list. Goes with embed, not with pick or set.", "true", Default: "false"),
        new("order", Order(), "Order of the list that many: true embeds. Without it rows come in the order of the match values, and of their keys.", """{"by":"starredAt","direction":"descending"}"""),
        new("limit", new IntegerType(1, 10_000), "Most rows of the list that many: true embeds, the first ones of the order. Without it all.", "100"),
        new("set", new MapType(TextForms.Field, Source), "Output field: field of the related row, or from that field with a default. Each output field has one writer.", """{"minimumDeliveryTime":"minimumTime"}"""),
        new("embed", TextForms.Field, "Output field that gets the related row as an object (with many: true a list of them).", "\"deliveryClass\""),
        new("fields", new EitherType([new ListType(TextForms.Field, 200), new MapType(TextForms.Field, Source)]), "Fields of the row to embed: a list of names, or new name: field (as in set, with a default if need be). Without it the whole row.", """["name","minimumTime"]"""),
        new("missing", Missing(), "What happens when there is no related row to use.", """{"set":{"minimumDeliveryTime":null}}""", Default: "\"omit\""),
        new("strategy", Strategies, "How the relation is joined; all give the same result. A nested relation without it has its parent's.", "\"lookup\"", Default: "\"broadcast\""),
        new("relations", new RelationsType(), "Relations of the related row itself, to any depth; what they write is embedded with the row. Not under strategy lookup, and none of them a lookup. missing drop counts the row as not there, reject also dead-letters it.", """{"repo":{"from":"repos","key":"id","match":"repoId","embed":"repo"}}"""),
    ];

    private static ObjectType Pick() => new(
    [
        new("min", TextForms.SinglePath, "The row with the smallest value of this field.", "\"minimumTime\""),
        new("max", TextForms.SinglePath, "The row with the greatest value of this field.", "\"validFrom\""),
        new("first", TextForms.SinglePath, "The row with the smallest key among those that have this field.", "\"name\""),
    ], ExactlyOne: true);

    /// <summary>Fields and the values they must have.</summary>
    public static MapType Where()
    {
        var value = new ScalarType();
        return new(TextForms.SinglePath, new EitherType([value, new ListType(value, 100)]));
    }

    private static ObjectType Order() => new(
    [
        new("by", TextForms.SinglePath, "Field of the related row. Rows without it come last, ties go by the row's key.", "\"starredAt\"", Required: true),
        new("direction", Directions, "Which rows come first.", "\"descending\"", Default: "\"ascending\""),
    ]);

    private static EitherType Missing() => new(
    [
        MissingWords,
        new ObjectType([
            new("set", new MapType(TextForms.Field, new ConstantType()), "Constants for the relation's output fields. Numbers keep all their digits; quoted values are text.", """{"minimumDeliveryTime":null}""", Required: true),
        ]),
    ]);

    private static ObjectType Emit() => new(
    [
        new("when", Emissions, "On which updates the entity is emitted. Without it on-change; for a stream and with a lookup relation always, and nothing else is allowed.", "\"on-change\""),
        new("complete", OneOrMore(TextForms.RelationName), "Emit only while every match value of this relation (or of all these) has a related row. Relations of the root, not nested ones. What is not complete is counted, and what was emitted before stays.", "\"manufactured\""),
        new("once", new FlagType(), "true emits each entity a single time, until its root is deleted; a replay does not emit it again. Not for a stream, nor with a lookup relation.", "true", Default: "false"),
    ]);

    private static ObjectType Output() => new([new("topic", TextForms.Topic, "Topic of the joined entities; not the root's, not one that another entity writes. Other definitions may read it, but not in a circle.", "\"items-merged\"", Required: true)]);

    private static ObjectType Hook() => new(
    [
        new("type", TextForms.ClassName, "Full name of the class; it implements IEntityHook. When it throws, the record goes to the dead-letter topic with this name.", "\"Acme.Hooks.Rounding\"", Required: true),
        new("assembly", TextForms.Assembly, "The assembly it is in, without .dll.", "\"Acme.Hooks\"", Default: $"\"{DefinitionReader.DefaultHookAssembly}\""),
    ]);

    /// <summary>A key: one column or several, each a path or computed.</summary>
    public static EitherType Key(TextType path) => new([path, Computed, new ListType(new EitherType([path, Computed]), 16)]);

    private static EitherType OneOrMore(TextType text) => new([text, new ListType(text, 16)]);

    public static WordType Words(params ReadOnlySpan<(string Text, string Description)> words)
    {
        var list = ImmutableArray.CreateBuilder<Word>(words.Length);
        foreach (var (text, description) in words) list.Add(new Word(text, description));
        return new WordType(list.MoveToImmutable());
    }

    private static string RelationExample() =>
        """{"deliveryClass":{"from":"delivery-classes","key":"name","match":"deliveryClasses[]","pick":{"min":"minimumTime"},"set":{"minimumDeliveryTime":"minimumTime"},"strategy":"lookup"}}""";
}
