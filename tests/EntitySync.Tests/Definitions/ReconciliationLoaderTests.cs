using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Tests.Definitions;

/// <summary>What the loader makes of files of <c>kind: reconciliation</c>.</summary>
public sealed class ReconciliationLoaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-reconciliations");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Elements_AreTheModel() => DefinitionText.Of(ReconciliationSamples.Load(ReconciliationSamples.Shipping)).ShouldBe(DefinitionText.Of(new ReconciliationDefinition
    {
        Entity = "order-shipping",
        Expected = new ExpectedDefinition(
            "orders",
            new KeyDefinition([KeyColumn.Of(Path("region")), KeyColumn.TryParseTemplate("{shop}/{number}", LetterCase.Lower)!]),
            Path("products[].id"),
            null,
            [new WhereCondition(Path("status"), [[.. "\"cancelled\""u8], [.. "null"u8]]), new WhereCondition(Path("test"), [[.. "true"u8]])]),
        Arrived = new ArrivedDefinition(
            "products",
            new KeyDefinition([KeyColumn.Of(Path("region")), KeyColumn.TryParseTemplate("{order.shop}/{order.number}", LetterCase.Lower)!]),
            Path("product.id"),
            null,
            [new FieldMapping("id", Path("product.id")), new FieldMapping("note", Path("text"), [.. "\"-\""u8])],
            "manufactured products"),
        Deadline = new DeadlineDefinition(new TimeSpan(1, 12, 30, 0), null),
        Keep = TimeSpan.FromDays(90),
        Output = new CompletedOutput("shipping", "manufactured"),
        OverdueTopic = "orders-overdue",
    }));

    [Fact]
    public void AmountsAndDefaults_AreTheModel() => DefinitionText.Of(ReconciliationSamples.Load(ReconciliationSamples.Payment)).ShouldBe(DefinitionText.Of(new ReconciliationDefinition
    {
        Entity = "invoice-payment",
        Expected = new ExpectedDefinition("invoices", KeyDefinition.Of(Path("invoiceId")), null, new AmountDefinition(Path("total.amount"), Path("total.currency")), []),
        Arrived = new ArrivedDefinition(
            "payments",
            KeyDefinition.Of(Path("reference")),
            Path("paymentId"),
            new AmountDefinition(Path("amount"), Path("currency")),
            [new FieldMapping("paymentId", Path("paymentId")), new FieldMapping("amount", Path("amount"))],
            "payments"),
        Deadline = new DeadlineDefinition(null, Path("dueAt")),
        Keep = TimeSpan.FromDays(30),
        Output = new CompletedOutput("invoices-paid", null),
        OverdueTopic = null,
        Provision = new TopicProvision(6, System.Collections.Immutable.ImmutableSortedDictionary<string, TopicOverride>.Empty.Add("invoices-paid", new TopicOverride(12, TimeSpan.FromDays(30)))),
    }));

    [Fact]
    public void SourceFile_IsTheFile() => ReconciliationSamples.Load(ReconciliationSamples.Payment).SourceFile.ShouldBe("r.yaml");

    [Fact]
    public void DeadlineAndOverdue_MayBeLeftOut()
    {
        var definition = ReconciliationSamples.Load(ReconciliationSamples.Payment.With("deadline:\n  at: dueAt\n", ""));

        (definition.Deadline, definition.OverdueTopic).ShouldBe((null, null));
    }

    [Fact]
    public void EveryLine_ReachesTheModel()
    {
        foreach (var (yaml, line, other) in new[]
        {
            (ReconciliationSamples.Shipping, "entity: order-shipping", "entity: other"),
            (ReconciliationSamples.Shipping, "topic: orders\n", "topic: other\n"),
            (ReconciliationSamples.Shipping, "elements: products[].id", "elements: products[].sku"),
            (ReconciliationSamples.Shipping, "test: true", "test: false"),
            (ReconciliationSamples.Shipping, "topic: products\n", "topic: other\n"),
            (ReconciliationSamples.Shipping, "element: product.id", "element: sku"),
            (ReconciliationSamples.Shipping, "default: \"-\"", "default: \"\""),
            (ReconciliationSamples.Shipping, "name: manufactured products", "name: products"),
            (ReconciliationSamples.Shipping, "after: P1DT12H30M", "after: P1DT12H"),
            (ReconciliationSamples.Shipping, "keep: P90D", "keep: PT1M"),
            (ReconciliationSamples.Shipping, "topic: shipping", "topic: other"),
            (ReconciliationSamples.Shipping, "embed: manufactured", "embed: other"),
            (ReconciliationSamples.Shipping, "topic: orders-overdue", "topic: other"),
            (ReconciliationSamples.Payment, "value: total.amount", "value: amount"),
            (ReconciliationSamples.Payment, "currency: total.currency", "currency: currency"),
            (ReconciliationSamples.Payment, "key: reference", "key: invoiceId"),
            (ReconciliationSamples.Payment, "value: amount", "value: sum"),
            (ReconciliationSamples.Payment, "currency: currency", "currency: unit"),
            (ReconciliationSamples.Payment, "at: dueAt", "at: until"),
        })
        {
            DefinitionText.Of(ReconciliationSamples.Load(yaml.With(line, other))).ShouldNotBe(DefinitionText.Of(ReconciliationSamples.Load(yaml)), line);
        }
    }

    [Fact]
    public void Folder_GivesEntitiesAndReconciliationsEachOnTheirOwn()
    {
        Write("a.yaml", ReconciliationSamples.Payment);
        Write("b.yaml", Samples.Item);
        Write("c.yaml", "# comment\n" + ReconciliationSamples.Shipping);
        Write("d.yaml", "kind: entity\n" + Samples.Profile);

        DefinitionLoader.LoadCatalog(_folder.FullName).All.Select(definition => definition.Entity).ShouldBe(["item", "user-profile"]);
        DefinitionLoader.LoadReconciliations(_folder.FullName).All.Select(definition => (definition.Entity, System.IO.Path.GetFileName(definition.SourceFile)))
            .ShouldBe([("invoice-payment", "a.yaml"), ("order-shipping", "c.yaml")]);
    }

    [Fact]
    public void MistakesOfOneKind_StopTheOtherToo()
    {
        Write("a.yaml", ReconciliationSamples.Payment.With("entity: invoice-payment", "entity: a b"));
        Write("b.yaml", Samples.Item);
        Should.Throw<InvalidDefinitionException>(() => DefinitionLoader.LoadCatalog(_folder.FullName)).Problems.Single().Path.ShouldBe("entity");

        Write("a.yaml", ReconciliationSamples.Payment);
        Write("b.yaml", Samples.Item.With("entity: item", "entity: a b"));
        Should.Throw<InvalidDefinitionException>(() => DefinitionLoader.LoadReconciliations(_folder.FullName)).Problems.Single().Path.ShouldBe("entity");
    }

    [Fact]
    public void Catalog_FindsByNameAndByTopic()
    {
        var catalog = new ReconciliationCatalog([ReconciliationSamples.Load(ReconciliationSamples.Shipping), ReconciliationSamples.Load(ReconciliationSamples.Payment.With("topic: payments", "topic: orders"))]);

        catalog.Names.ShouldBe("invoice-payment, order-shipping");
        catalog.Topics.ShouldBe(["invoices", "orders", "products"]);
        catalog.OfTopic("orders").Select(source => (source.Definition.Entity, source.IsExpected)).ShouldBe([("invoice-payment", false), ("order-shipping", true)]);
        catalog.OfTopic("products").Select(source => (source.Definition.Entity, source.IsExpected)).ShouldBe([("order-shipping", false)]);
        catalog.OfTopic("shipping").ShouldBeEmpty();
        catalog.TryGet("order-shipping", out var found).ShouldBeTrue();
        found!.Expected.Topic.ShouldBe("orders");
        catalog.TryGet("order", out _).ShouldBeFalse();
        catalog.DescribeUnknown("order-shiping").ShouldBe("reconciliation 'order-shiping' is not known; known: invoice-payment, order-shipping. Did you mean 'order-shipping'?");
        new ReconciliationCatalog([]).DescribeUnknown("x").ShouldBe("reconciliation 'x' is not known; known: none is defined.");
    }

    private void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(_folder.FullName, name), text);

    private static FieldPath Path(string text) => SampleDefinitions.Path(text);
}
