using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>A read model and a feed that use every key of the grammar, one key a line.</summary>
internal static class ReadModelSamples
{
    public const string Orders = """
        kind: read-model
        readModel: orders-search
        topics:
          order-events:
            key:
              - region
              - template: "{shop}/{number}"
                case: lower
            time: meta.at
            tombstones: delete
            events:
              - where:
                  type: OrderPlaced
                  test: [false, null]
                replace:
                  customer: customer.name
                  total:
                    from: total.amount
                    default: 0.50
                  status:
                    value: Placed
              - where:
                  type: [OrderProcessed, OrderShipped]
                set:
                  status: status
                  carrier: carrier
              - append:
                  history:
                    fields:
                      what: type
                      at:
                        from: meta.at
                        default: "-"
                    limit: 50
                  tags:
                    from: tag
                  notes: note
              - where:
                  type: OrderDeleted
                delete: true
          order-payments:
            key: [region, order]
            events:
              - increment:
                  paid: amount
                  payments: 1
                  fees:
                    from: fee
                    default: 0
        states:
          status: [Placed, Processed, Shipped]
        indexes:
          byStatus:
            key: status
            sort: customer
          byCustomer:
            key: customer
            sort:
              number: total
          byPaid:
            key: paid
        keep: P90D
        output:
          topic: orders-search-rows

        """;

    public const string Feed = """
        kind: feed
        feed: items
        topic: items-merged
        title: All items
        pageSize: 250

        """;

    /// <summary>The keys that <see cref="Orders"/> lacks.</summary>
    public const string WithIds = """
        kind: read-model
        readModel: payments
        topics:
          order-payments:
            key: order
            id: payment.id
            tombstones: ignore
            events:
              - increment: { paid: amount }

        """;

    public static ReadModelDefinition Load(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "m.yaml");
        result.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        (result.Definitions.Length + result.Reconciliations.Length + result.Feeds.Length).ShouldBe(0);
        return result.ReadModels.ShouldHaveSingleItem();
    }

    public static FeedDefinition LoadFeed(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "m.yaml");
        result.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        (result.Definitions.Length + result.Reconciliations.Length + result.ReadModels.Length).ShouldBe(0);
        return result.Feeds.ShouldHaveSingleItem();
    }

    /// <summary>All problems of <paramref name="yaml"/>, as they are printed. The text must not load.</summary>
    public static string[] Problems(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "m.yaml");
        (result.Definitions.Length + result.Reconciliations.Length + result.ReadModels.Length + result.Feeds.Length).ShouldBe(0);
        return [.. result.Problems.Select(problem => problem.ToString())];
    }
}
