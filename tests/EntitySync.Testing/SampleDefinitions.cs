using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Testing;

/// <summary>Definitions built in code, for tests that are not about the loader.</summary>
public static class SampleDefinitions
{
    /// <summary>The <c>item</c> entity of infra/entities/item.yaml with another missing rule or strategy if asked for.</summary>
    public static EntityDefinition Item(MissingRule? missing = null, Strategy strategy = Strategy.Lookup) => new()
    {
        Entity = "item",
        Root = new RootDefinition("items", KeyDefinition.Of(Path("sku"))),
        Relations =
        [
            new RelationDefinition
            {
                Name = "deliveryClass",
                From = "delivery-classes",
                Source = RelationSource.Table,
                Key = KeyDefinition.Of(Path("name")),
                Match = KeyDefinition.Of(Path("deliveryClasses[]")),
                Pick = new PickDefinition(PickOrder.Min, Path("minimumTime")),
                Set =
                [
                    new FieldMapping("minimumDeliveryTime", Path("minimumTime")),
                    new FieldMapping("maximumDeliveryTime", Path("maximumTime")),
                ],
                Missing = missing ?? MissingSet(("minimumDeliveryTime", "null"), ("maximumDeliveryTime", "null")),
                Strategy = strategy,
            },
        ],
        Output = new OutputDefinition("items-merged"),
        Replay = new ReplayDefinition(
            new SolrIdSourceDefinition("items", "sku", ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("deliveryClass", "deliveryClasses")])),
            Filter: "online:true"),
        Provision = new TopicProvision(12, ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("delivery-classes", new TopicOverride(3, null))])),
    };

    public static MissingRule MissingSet(params (string Target, string Json)[] constants) =>
        new(MissingAction.Set, [.. constants.Select(constant => (constant.Target, Encoding.UTF8.GetBytes(constant.Json).ToImmutableArray()))]);

    public static FieldPath Path(string text) => FieldPath.TryParse(text) ?? throw new ArgumentException($"'{text}' is not a path.", nameof(text));
}
