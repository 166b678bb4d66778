namespace EntitySync.Core.Definitions.Grammar;

/// <summary>The forms that text in a definition may have.</summary>
internal static class TextForms
{
    /// <summary>Longest suffix that <see cref="TopicNames"/> adds to an entity's name.</summary>
    private const int LongestSuffix = 13;

    /// <summary>Kafka's own limit.</summary>
    public const int LongestTopic = 249;

    public static readonly TextType Entity = TopicLike($"a name of 1 to {LongestTopic - LongestSuffix} of a-z A-Z 0-9 . _ - (topic names are made from it)", LongestTopic - LongestSuffix);

    public static readonly TextType Topic = TopicLike($"a topic name: 1 to {LongestTopic} of a-z A-Z 0-9 . _ -", LongestTopic);

    // A table's name has 255 characters: 11 before this one, and the version's number after it, leave 80 to the deployment's prefix.
    public static readonly TextType ReadModel = TopicLike("a name of 1 to 150 of a-z A-Z 0-9 . _ - (table and topic names are made from it)", 150);

    public static readonly TextType FeedName = TopicLike($"a name of 1 to {LongestTopic} of a-z A-Z 0-9 . _ -", LongestTopic);

    /// <summary>Also of an attribute of the table, and with <c>Sort</c> behind it of another.</summary>
    public static readonly TextType IndexName = new("an index name: 3 to 100 of a-z A-Z 0-9 _ -", "^[A-Za-z0-9_-]{3,}$", 100);

    public static readonly TextType State = new("a state: 1 to 100 characters on one line", @"^[^\u0000-\u001f\u007f-\u009f]+$", 100);

    public static readonly TextType RelationName = new("a relation name: 1 to 100 of a-z A-Z 0-9 _ -", "^[A-Za-z0-9_-]+$", 100);

    /// <summary>A path as <see cref="FieldPath.TryParse"/> reads it.</summary>
    public static readonly TextType Path = new("a path such as sku, address.country or lines[].sku", @"^[^\s.\[\]]+(\[\])?(\.[^\s.\[\]]+(\[\])?)*$", 500);

    public static readonly TextType SinglePath = new("a path to one value such as sku or address.country, without []", @"^[^\s.\[\]]+(\.[^\s.\[\]]+)*$", 500);

    /// <summary>A template as <see cref="KeyColumn.TryParseTemplate"/> reads it.</summary>
    public static readonly TextType Template = new("a template such as {owner}/{name}", @"^([^{}]|\{\{|\}\})*\{[^\s.\[\]{}]+(\[\])?(\.[^\s.\[\]{}]+(\[\])?)*\}([^{}]|\{\{|\}\}|\{[^\s.\[\]{}]+(\[\])?(\.[^\s.\[\]{}]+(\[\])?)*\})*$", 1000);

    public static readonly TextType Assembly = new("an assembly name such as Acme.Hooks", "^[A-Za-z0-9_.-]+$", 200);

    public static readonly TextType ClassName = new("a full class name such as Acme.Hooks.Rounding", "^[A-Za-z_][A-Za-z0-9_.+]*$", 500);

    public static readonly TextType Field = new("a top-level field name, without white space . [ ]", @"^[^\s.\[\]]+$", 255);

    public static readonly TextType Phrase = new("1 to 100 characters on one line, without white space at the ends", @"^[^\s\u0000-\u001f\u007f-\u009f]+( [^\s\u0000-\u001f\u007f-\u009f]+)*$", 100);

    public static readonly TextType SolrCollection = new("a Solr collection: 1 to 250 of a-z A-Z 0-9 . _ -, not - first", "^[A-Za-z0-9._][A-Za-z0-9._-]*$", 250);

    public static readonly TextType SolrField = new("a Solr field: a-z A-Z 0-9 _ . -, a letter or _ first", "^[A-Za-z_][A-Za-z0-9_.-]*$", 250);

    // 55 of DynamoDB's 255 characters are left to the deployment's prefix.
    public static readonly TextType DynamoDbName = new("a DynamoDB name: 3 to 200 of a-z A-Z 0-9 . _ -", "^[A-Za-z0-9._-]{3,}$", 200);

    public static readonly TextType Attribute = new("an attribute name of 1 to 255 characters without white space", @"^\S+$", 255);

    public static readonly TextType Filter = new("a filter of 1 to 4096 characters on one line", @"^[^\r\n]+$", 4096);

    private static TextType TopicLike(string name, int maxLength) => new(name, @"^(?!\.\.?$)[A-Za-z0-9._-]+$", maxLength);
}
