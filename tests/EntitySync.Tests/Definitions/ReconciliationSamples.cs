using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Reconciliations that use every key of the grammar, one key a line.</summary>
internal static class ReconciliationSamples
{
    /// <summary>Elements, a deadline after the first message.</summary>
    public const string Shipping = """
        kind: reconciliation
        entity: order-shipping
        expected:
          topic: orders
          key:
            - region
            - template: "{shop}/{number}"
              case: lower
          elements: products[].id
          cancelled:
            status: [cancelled, null]
            test: true
        arrived:
          topic: products
          key:
            - region
            - template: "{order.shop}/{order.number}"
              case: lower
          element: product.id
          fields:
            id: product.id
            note:
              from: text
              default: "-"
          name: manufactured products
        deadline:
          after: P1DT12H30M
        keep: P90D
        output:
          topic: shipping
          embed: manufactured
        overdue:
          topic: orders-overdue

        """;

    /// <summary>Amounts, a deadline that the document has.</summary>
    public const string Payment = """
        kind: reconciliation
        entity: invoice-payment
        expected:
          topic: invoices
          key: invoiceId
          amount:
            value: total.amount
            currency: total.currency
        arrived:
          topic: payments
          key: reference
          element: paymentId
          amount:
            value: amount
            currency: currency
          fields: [paymentId, amount]
        deadline:
          at: dueAt
        output:
          topic: invoices-paid
        partitions: 6
        topicSettings:
          invoices-paid:
            partitions: 12
            retention: P30D

        """;

    public static ReconciliationDefinition Load(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "r.yaml");
        result.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        result.Definitions.ShouldBeEmpty();
        return result.Reconciliations.ShouldHaveSingleItem();
    }

    /// <summary>All problems of <paramref name="yaml"/>, as they are printed. The text must not load.</summary>
    public static string[] Problems(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "r.yaml");
        result.Definitions.ShouldBeEmpty();
        result.Reconciliations.ShouldBeEmpty();
        return [.. result.Problems.Select(problem => problem.ToString())];
    }
}
