namespace EntitySync.Core.Definitions.Grammar;

/// <summary>What a file of <c>kind: read-model</c> may say. What ties two places together is in <see cref="ReadModelRules"/>.</summary>
internal static class ReadModelGrammar
{
    public const int MostTopics = 20;

    /// <summary>Of one topic.</summary>
    public const int MostRules = 100;

    /// <summary>As many as a DynamoDB table has.</summary>
    public const int MostIndexes = 20;

    public const int MostFields = 200;
    public const int UsualLimit = 100;
    private const int LargestLimit = 1_000;
    private const int MostStates = 100;

    // Before the rest, which is made of them.
    private static readonly EitherType Value = new(
    [
        TextForms.SinglePath,
        new ObjectType([
            new("from", TextForms.SinglePath, "Field of the event.", "\"customer.name\""),
            new("default", new ConstantType(), "With from: what is written when the event lacks the field or has null there.", "\"unknown\""),
            new("value", new ConstantType(), "A constant in place of a field of the event.", "\"Placed\""),
        ], ExactlyOneOf: ["from", "value"]),
    ]);

    private static readonly EitherType Number = new(
    [
        TextForms.SinglePath,
        new NumberType(),
        new ObjectType([
            new("from", TextForms.SinglePath, "Field of the event.", "\"amount\"", Required: true),
            new("default", new NumberType(), "What is added when the event lacks the field or has null there; without it such an event goes to the dead letters.", "0", Required: true),
        ]),
    ]);

    private static readonly EitherType Mapped = new(
    [
        TextForms.SinglePath,
        new ObjectType([
            new("from", TextForms.SinglePath, "Field of the event.", "\"at\"", Required: true),
            new("default", new ConstantType(), "What is written when the event lacks the field or has null there; without it null.", "\"-\"", Required: true),
        ]),
    ]);

    private static readonly EitherType Element = new(
    [
        TextForms.SinglePath,
        new ObjectType([
            new("from", TextForms.SinglePath, "Field of the event that becomes an element.", "\"tag\""),
            new("fields", new EitherType([new ListType(TextForms.Field, MostFields), new MapType(TextForms.Field, Mapped, MostFields)]), "The element is an object: a list of fields of the event, or new name: field (with a default if need be).", """{"what":"type","at":"at"}"""),
            new("limit", new IntegerType(1, LargestLimit), "Most elements of the list; the newest ones stay.", "50", Default: "100"),
        ], ExactlyOneOf: ["from", "fields"]),
    ]);

    public static ObjectType ReadModel { get; } = new(
    [
        new("kind", DefinitionGrammar.Words(("read-model", "a table that is kept from the events of topics")), "What the file defines.", "\"read-model\"", Required: true),
        new("readModel", TextForms.ReadModel, "Name of the read model, as its API has it. Its tables are read-model-orders-search-v1 and so on; events that cannot be used go to the topic orders-search-dead-letters.", "\"orders-search\"", Required: true),
        new("topics", new MapType(TextForms.Topic, Topic(), MostTopics), "Topics whose records are events, by name.", """{"order-events":{"key":"orderId","events":[{"set":{"status":"status"}}]}}""", Required: true),
        new("states", new MapType(TextForms.Field, new ListType(TextForms.State, MostStates), MostFields), "Fields that only go forward, with the order of their texts: the row has the one that stands last, whichever came last. An event with another text goes to the dead letters. Such a field is replaced or set.", """{"status":["Placed","Processed","Shipped"]}"""),
        new("indexes", new MapType(TextForms.IndexName, Index(), MostIndexes), "Lists of rows by a field, which the API serves. A row without the field is not in the list.", """{"byStatus":{"key":"status","sort":"placedAt"}}"""),
        new("keep", new DurationType(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3653)), "How long the table remembers that a row was deleted, so that a late event of the time before does not bring it back. Longer than any event is late.", "\"P90D\"", Default: "\"P30D\""),
        new("output", new ObjectType([new("topic", TextForms.Topic, "Topic of the rows, keyed by the row's key; not one that the read model reads, nor one that another definition writes.", "\"orders-search-rows\"", Required: true)]), "Where each changed row goes, a tombstone for a deleted one. Not while a rebuild fills a version. Without it nowhere.", """{"topic":"orders-search-rows"}"""),
        .. ProvisionGrammar.Keys,
    ]);

    private static ObjectType Topic() => new(
    [
        new("key", DefinitionGrammar.Key(TextForms.SinglePath), "What of the event is the key of its row; a list for a composite key, a template for a computed one. An event without it goes to the dead letters.", "\"orderId\"", Required: true),
        new("time", TextForms.SinglePath, "Field with the event's time, a date and time by RFC 3339 or milliseconds since 1970. Of events of several partitions the newest by this time wins. Without it the record's timestamp.", "\"at\""),
        new("id", TextForms.SinglePath, "Field that tells events apart when a producer may send one twice, at another offset: of one id in a partition, increments and list elements count once, the last one stays. Ids of the newest 1,000 increments of a row, and of the elements in a list, are known. Without it events are told apart by their position.", "\"eventId\""),
        new("tombstones", DefinitionGrammar.Words(("delete", "the row whose key is the record's key is deleted"), ("ignore", "it is passed over")), "What a record without value means. Without it such a record goes to the dead letters.", "\"delete\""),
        new("events", new ListType(Event(), MostRules), "What events change. Each entry that fits an event is applied, in this order; when one of them deletes, only that. An event that fits none is passed over.", """[{"where":{"type":"OrderPlaced"},"replace":{"status":"status"}}]""", Required: true),
    ]);

    private static ObjectType Event() => new(
    [
        new("where", DefinitionGrammar.Where(), "Only events whose field has this value, or one of these. Several fields: all must fit. Without it every event.", """{"type":["OrderProcessed","OrderShipped"]}"""),
        new("replace", new MapType(TextForms.Field, Value, MostFields), "Field of the row: field of the event. What the event lacks, or has null in, is removed from the row.", """{"customer":"customer.name","status":{"value":"Placed"}}"""),
        new("set", new MapType(TextForms.Field, Value, MostFields), "The same, but what the event lacks stays as it is, and null is written as null.", """{"status":"status"}"""),
        new("increment", new MapType(TextForms.Field, Number, MostFields), "Field of the row: number that is added, a field of the event or a constant. Exact decimals. An event without the number goes to the dead letters.", """{"paid":"amount","payments":1}"""),
        new("append", new MapType(TextForms.Field, Element, MostFields), "Field of the row: what is added to its list, a field of the event (nothing when the event lacks it) or an object of several. The list is in the order of the events' time.", """{"history":{"fields":{"what":"type","at":"at"},"limit":50}}"""),
        new("delete", new FlagType(), "true deletes the row: everything that happened to it before. Goes with where only. What other entries say of such an event is not done.", "true", Default: "false"),
    ], AtLeastOneOf: ["replace", "set", "increment", "append", "delete"], Without: "the event would change nothing");

    private static ObjectType Index() => new(
    [
        new("key", TextForms.Field, "Field of the row whose value is asked for: text, a number, true or false.", "\"status\"", Required: true),
        new("sort", new EitherType([TextForms.Field, new ObjectType([new("number", TextForms.Field, "Field that holds numbers; the rows are in their order.", "\"total\"", Required: true)])]), "Field that orders the rows of one value, by its text (moments in one form of RFC 3339 are in order of time), or number: a field that holds numbers. A row without it is not in the list. Without sort by the row's key.", "\"placedAt\""),
    ]);
}
