namespace EntitySync.Core.Definitions.Grammar;

/// <summary>What a file of <c>kind: reconciliation</c> may say, as <see cref="DefinitionGrammar"/> says it of entities. What ties two places together is in <see cref="ReconciliationRules"/>.</summary>
internal static class ReconciliationGrammar
{
    // Before the rest, which is made of it.
    private static readonly EitherType Source = new(
    [
        TextForms.SinglePath,
        new ObjectType([
            new("from", TextForms.SinglePath, "Field of the piece.", "\"serialNumber\"", Required: true),
            new("default", new ConstantType(), "What is written when the piece lacks the field or has null there; without it null.", "\"unknown\"", Required: true),
        ]),
    ]);

    private static DurationType Duration => new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3653));

    public static ObjectType Reconciliation { get; } = new(
    [
        new("kind", DefinitionGrammar.Words(("reconciliation", "what has to arrive before an entity is complete")), "What the file defines.", "\"reconciliation\"", Required: true),
        new("entity", TextForms.Entity, "Name of the reconciliation, as its API and its log have it. Messages that cannot be used go to the topic order-shipping-dead-letters.", "\"order-shipping\"", Required: true),
        new("expected", Expected(), "The topic that says what has to arrive.", """{"topic":"orders","key":"orderId","elements":"products[].id"}""", Required: true),
        new("arrived", Arrived(), "The topic that brings it, piece by piece.", """{"topic":"products-manufactured","key":"orderId","element":"productId"}""", Required: true),
        new("deadline", Deadline(), "When an entity that is not complete is overdue. Without it never.", """{"after":"P2D"}"""),
        new("keep", Duration, "How long an entity is kept that nothing more is expected of: from when it is complete, cancelled or overdue, or when something arrived that nobody has expected since.", "\"P90D\"", Default: "\"P30D\""),
        new("output", Output(), "Where a complete entity goes: the expected document, with what arrived.", """{"topic":"shipping","embed":"manufactured"}""", Required: true),
        new("overdue", Overdue(), "Where an entity goes whose deadline is over. Needs deadline; without it nothing is written, and the API lists them all the same.", """{"topic":"orders-overdue"}"""),
        .. ProvisionGrammar.Keys,
    ]);

    private static ObjectType Expected() => new(
    [
        new("topic", TextForms.Topic, "Topic of the expected documents; all messages of one entity are in one partition. A newer one amends what was expected, a tombstone cancels.", "\"orders\"", Required: true),
        new("key", DefinitionGrammar.Key(TextForms.SinglePath), "What of the document is the entity's id; a list for a composite key, a template for a computed one.", "\"orderId\"", Required: true),
        new("elements", TextForms.Path, "Values each of which has to arrive; one that stands twice counts once.", "\"products[].id\""),
        new("amount", Amount("The amount that what arrives has to sum up to: a number, or a text that is one."), "Amount that what arrives has to reach.", """{"value":"total.amount","currency":"total.currency"}"""),
        new("cancelled", DefinitionGrammar.Where(), "A document whose field has this value, or one of these, takes the entity back. Several fields: all must fit. A later one that does not fit opens it again.", """{"status":"cancelled"}"""),
    ], ExactlyOneOf: ["elements", "amount"]);

    private static ObjectType Arrived() => new(
    [
        new("topic", TextForms.Topic, "Topic of the pieces; another than the expected documents'.", "\"products-manufactured\"", Required: true),
        new("key", DefinitionGrammar.Key(TextForms.SinglePath), "What of the document is the id of the entity it belongs to, as expected.key is: as many columns, in the same order.", "\"orderId\"", Required: true),
        new("element", TextForms.SinglePath, "What tells pieces apart: with elements the value that is expected, with an amount the piece's own id. One that comes again counts once, and the first one stays.", "\"productId\"", Required: true),
        new("amount", Amount("What the piece adds: a number, or a text that is one."), "What a piece adds to the sum; with expected.amount, and only then.", """{"value":"amount","currency":"currency"}"""),
        new("fields", new EitherType([new ListType(TextForms.Field, 200), new MapType(TextForms.Field, Source)]), "Fields of a piece that the output carries: a list of names, or new name: field (with a default if need be). Without it the whole document. Less is more: all pieces of an entity are kept in one item of 400 KB.", """["productId","serialNumber"]"""),
        new("name", TextForms.Phrase, "What the pieces are called in the log: 1/2 manufactured products. Without it the topic's name.", "\"manufactured products\""),
    ]);

    private static ObjectType Amount(string value) => new(
    [
        new("value", TextForms.SinglePath, value + " It is added up exactly.", "\"amount\"", Required: true),
        new("currency", TextForms.SinglePath, "Its unit, on both sides or on none; amounts of another one do not count.", "\"currency\""),
    ]);

    private static ObjectType Deadline() => new(
    [
        new("after", Duration, "Time from the first message that expected the entity (its record's timestamp).", "\"PT12H\""),
        new("at", TextForms.SinglePath, "Field of the expected document with the moment itself, a date and time by RFC 3339.", "\"promisedAt\""),
    ], ExactlyOne: true);

    private static ObjectType Output() => new(
    [
        new("topic", TextForms.Topic, "Topic of complete entities, keyed by the id; not one that the reconciliation reads, nor one that another definition writes. Other definitions may read it, but not in a circle.", "\"shipping\"", Required: true),
        new("embed", TextForms.Field, "Field of the output that lists what arrived, in the order in which it was expected (with an amount: of arrival). Without it the expected document goes out as it came.", "\"manufactured\""),
    ]);

    private static ObjectType Overdue() => new(
    [
        new("topic", TextForms.Topic, "Topic of overdue entities, keyed by the id: since when, what arrived, what is missing.", "\"orders-overdue\"", Required: true),
    ]);
}
