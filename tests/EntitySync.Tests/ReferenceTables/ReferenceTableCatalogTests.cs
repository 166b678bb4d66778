using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Testing;

namespace EntitySync.Tests.ReferenceTables;

public sealed class ReferenceTableCatalogTests
{
    private readonly RelationDefinition _relation = SampleDefinitions.Item().Relations[0];

    [Fact]
    public void LookupTables_AreKnown_TopicsOfOthersAreNot()
    {
        var tables = Catalog(_relation, _relation with { Name = "label", From = "labels", Source = RelationSource.Topic, Strategy = Strategy.Broadcast });
        tables.TryGet("delivery-classes", out var table).ShouldBeTrue();
        table.ShouldBe(new ReferenceTable("delivery-classes", "name"));
        tables.TryGet("labels", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void TableThatTheTopologyFollows_IsKnown(Strategy strategy)
    {
        Catalog(_relation with { Strategy = strategy, Source = RelationSource.Table }).TryGet("delivery-classes", out var table).ShouldBeTrue();
        table.ShouldBe(new ReferenceTable("delivery-classes", "name"));
    }

    [Fact]
    public void LookupAndTopicFollowedByAnotherEntity_AreOneTable()
    {
        Catalog(_relation, _relation with { Name = "other", Source = RelationSource.Topic, Strategy = Strategy.Broadcast }).TryGet("delivery-classes", out var table).ShouldBeTrue();
        table.ShouldBe(new ReferenceTable("delivery-classes", "name"));
    }

    [Fact]
    public void RelationsDisagreeAboutTheKey_Throws() =>
        Should.Throw<InvalidRequestException>(() => Catalog(_relation, _relation with { Name = "other", Key = KeyDefinition.Of(SampleDefinitions.Path("id")) }))
            .Message.ShouldBe("Relation 'other' of entity 'item' says the key of 'delivery-classes' is 'id', another relation says 'name'.");

    [Fact]
    public void CompositeKey_Throws() =>
        Should.Throw<InvalidRequestException>(() => Catalog(_relation with { Key = KeyDefinition.Of(SampleDefinitions.Path("a"), SampleDefinitions.Path("b.c")) }))
            .Message.ShouldBe("Relation 'deliveryClass' of entity 'item' finds rows of 'delivery-classes' by [a, b.c]: one top-level field is expected.");

    private static ReferenceTableCatalog Catalog(params RelationDefinition[] relations) => new(new EntityCatalog([SampleDefinitions.Item() with { Relations = [.. relations] }]));
}
