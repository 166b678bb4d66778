namespace EntitySync.Core.Definitions.Grammar;

/// <summary>The <c>replay</c> part of <see cref="DefinitionGrammar"/>.</summary>
internal static class ReplayGrammar
{
    public const string Example = """{"ids":{"solr":{"collection":"items","key":"sku","match":{"deliveryClass":"deliveryClasses"}}},"filter":"online:true"}""";

    public static ObjectType Replay { get; } = new(
    [
        new("ids", new ObjectType([
            new("solr", Solr(), "A Solr collection.", """{"collection":"items","key":"sku","match":{"deliveryClass":"deliveryClasses"}}"""),
            new("dynamodb", DynamoDb(), "A DynamoDB table with one item an entity.", """{"table":"items","key":"sku"}"""),
        ], ExactlyOne: true), "The id source.", """{"dynamodb":{"table":"items","key":"sku"}}""", Required: true),
        new("filter", TextForms.Filter, "Filter in the id source's own query language that every replay uses.", "\"online:true\""),
        new("pageSize", new IntegerType(1, 10_000), "Ids a page.", "1000", Default: "1000"),
        new("ratePerSecond", new IntegerType(1, 1_000_000), "Upper bound of replay records a second over all slices. Without it there is none.", "5000"),
    ]);

    private static ObjectType Solr() => new(
    [
        new("collection", TextForms.SolrCollection, "Collection (core) below the Solr URL.", "\"items\"", Required: true),
        new("key", TextForms.SolrField, "The collection's unique key field; it holds the entity's key.", "\"sku\"", Required: true),
        new("match", new MapType(TextForms.RelationName, TextForms.SolrField), "Relation: Solr field that holds the relation's keys. Every lookup relation needs its field.", """{"deliveryClass":"deliveryClasses"}"""),
    ]);

    private static ObjectType DynamoDb() => new(
    [
        new("table", TextForms.DynamoDbName, "Table, without the deployment's prefix.", "\"items\"", Required: true),
        new("key", TextForms.Attribute, "Attribute that holds the entity's key.", "\"sku\"", Required: true),
        new("indexes", new MapType(TextForms.RelationName, Index()), "Relation: index to query when its rows change. Without one the replay scans the table.", """{"deliveryClass":{"index":"by-class","attribute":"deliveryClass"}}"""),
        new("segments", new IntegerType(1, 1000), "Segments (slices) of a scan.", "4", Default: "4"),
    ]);

    private static ObjectType Index() => new(
    [
        new("index", TextForms.DynamoDbName, "Global secondary index.", "\"by-class\"", Required: true),
        new("attribute", TextForms.Attribute, "Its partition key, which holds the relation's key.", "\"deliveryClass\"", Required: true),
    ]);
}
