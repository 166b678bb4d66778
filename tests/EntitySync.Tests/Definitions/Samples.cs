using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Definition texts that use every key of the grammar, one key a line, and edits of them.</summary>
internal static class Samples
{
    /// <summary>Lookup, Solr.</summary>
    public const string Item = """
        entity: item
        root:
          topic: items
          key: sku
          kind: table
          format: debezium
        relations:
          deliveryClass:
            from: delivery-classes
            key: name
            match: deliveryClasses[]
            pick:
              min: minimumTime
            set:
              minimumDeliveryTime: minimumTime
              maximumDeliveryTime: maximumTime
            missing:
              set:
                minimumDeliveryTime: null
            strategy: lookup
        emit:
          when: always
          once: false
        output:
          topic: items-merged
        replay:
          ids:
            solr:
              collection: items
              key: id
              match:
                deliveryClass: classes
          filter: "online:true"
          pageSize: 500
          ratePerSecond: 2000

        """;

    /// <summary>Shuffle, nested relations, embedding, DynamoDB.</summary>
    public const string Profile = """
        entity: user-profile
        root:
          topic: users
          key: email
        relations:
          stars:
            from: stars
            key:
              - user
              - tenant
            match:
              - username
              - tenant
            where:
              public: true
              kind: [star, 1.0, null]
            many: true
            order:
              by: at
              direction: descending
            limit: 100
            embed: stars
            fields:
              starredAt: at
              note:
                from: text
                default: "-"
            missing: drop
            strategy: shuffle
            relations:
              repo:
                from: repos
                key: id
                match: repoId
                embed: repo
                fields:
                  - name
                  - url
                missing: reject
          payment:
            from: payments
            key: user
            match: username
            pick:
              max: validFrom
            set:
              plan: plan.name
            source: table
        output:
          topic: user-profiles
        replay:
          ids:
            dynamodb:
              table: users
              key: email
              indexes:
                payment:
                  index: by-user
                  attribute: username
              segments: 8
        emit:
          when: on-change
          once: true

        """;

    /// <summary>Composite and computed keys, hook, completeness.</summary>
    public const string Order = """
        entity: order
        root:
          topic: orders
          key:
            template: "{region}/{number}"
            case: lower
          format: debezium
        relations:
          manufactured:
            from: products-manufactured
            format: debezium
            key:
              - order
              - template: "{maker}-{sku}"
                case: upper
            match:
              - number
              - template: "{lines[].maker}-{lines[].sku}"
                case: upper
            many: true
            embed: manufactured
            strategy: shuffle
          customer:
            from: customers
            key:
              template: "{tenant}:{mail}"
              case: lower
            match:
              template: "{tenant}:{contact.mail}"
              case: lower
            embed: customer
        emit:
          complete:
            - manufactured
            - customer
        output:
          topic: shipping
        hook:
          type: Acme.Hooks.Weight
          assembly: Acme.Hooks

        """;

    public static EntityDefinition Load(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "item.yaml");
        result.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        return result.Definitions.ShouldHaveSingleItem();
    }

    /// <summary>All problems of <paramref name="yaml"/>, as they are printed. The text must not load.</summary>
    public static string[] Problems(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "item.yaml");
        result.Definitions.ShouldBeEmpty();
        return [.. result.Problems.Select(problem => problem.ToString())];
    }

    /// <summary>Replaces a part that must be there exactly once.</summary>
    public static string With(this string yaml, string part, string other)
    {
        yaml.Split(part).Length.ShouldBe(2, $"'{part}' stands there once");
        return yaml.Replace(part, other, StringComparison.Ordinal);
    }
}
