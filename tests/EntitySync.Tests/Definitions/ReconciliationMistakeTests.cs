namespace EntitySync.Tests.Definitions;

/// <summary>Mistakes in a reconciliation. Each case edits one that loads and lists every problem that must come of it.</summary>
public sealed class ReconciliationMistakeTests
{
    [Fact]
    public void SeveralMistakes_AreAllReportedInOnePassInTheOrderOfTheFile() => ReconciliationSamples.Problems("""
        entity: order-shipping
        expected: { topic: orders, key: orderId, elemnts: lines, cancelled: {} }
        arrived: { topic: orders, key: [orderId, shop], amount: { value: amount }, name: " x" }
        deadline: { after: 2d, at: dueAt }
        keep: P20Y
        output: { topic: orders, embed: orderId }
        overdue: { topic: orders }
        """).ShouldBe(
        [
            "r.yaml(1,1): kind: required key is missing: found nothing, allowed: reconciliation.",
            "r.yaml(2,11): expected: found none of them, allowed: exactly one of elements, amount.",
            "r.yaml(2,42): expected.elemnts: unknown key: found 'elemnts', allowed: topic, key, elements, amount, cancelled. Did you mean 'elements'?",
            "r.yaml(2,69): expected.cancelled: found an empty map, allowed: at least one entry.",
            "r.yaml(3,10): arrived.element: required key is missing: found nothing, allowed: a path to one value such as sku or address.country, without [].",
            "r.yaml(3,19): arrived.topic: a message either says what is expected or brings it: found 'orders', the topic of expected, allowed: another topic.",
            "r.yaml(3,32): arrived.key: the keys of expected and arrived differ in number: found 2 in arrived, 1 in expected, allowed: 1 in arrived.",
            "r.yaml(3,82): arrived.name: found ' x', allowed: 1 to 100 characters on one line, without white space at the ends.",
            "r.yaml(4,11): deadline: found after and at, allowed: exactly one of after, at.",
            "r.yaml(4,20): deadline.after: found '2d', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds). Did you mean 'P2D'?",
            "r.yaml(5,7): keep: found 'P20Y', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).",
            "r.yaml(6,18): output.topic: the reconciliation would read what it writes: found 'orders', the topic of expected, allowed: another topic.",
            "r.yaml(6,18): output.topic: the reconciliation would read what it writes: found 'orders', the topic of arrived, allowed: another topic.",
            "r.yaml(6,33): output.embed: what arrived would take the place of the key: found 'orderId', a field of expected.key, allowed: another field.",
            "r.yaml(7,19): overdue.topic: the reconciliation would read what it writes: found 'orders', the topic of expected, allowed: another topic.",
            "r.yaml(7,19): overdue.topic: the reconciliation would read what it writes: found 'orders', the topic of arrived, allowed: another topic.",
            "r.yaml(7,19): overdue.topic: complete and overdue entities would not be told apart: found 'orders', the topic of output, allowed: another topic.",
        ]);

    [Theory]
    [InlineData("kind: reconciliation", "kind: reconcilation", "(1,7): kind: found 'reconcilation', allowed: reconciliation. Did you mean 'reconciliation'?")]
    [InlineData("deadline:\n", "dedline:\n", "(26,1): dedline: unknown key: found 'dedline', allowed: kind, entity, expected, arrived, deadline, keep, output, overdue, partitions, topicSettings. Did you mean 'deadline'?", "(33,3): overdue: without a deadline nothing is ever overdue: found overdue without deadline, allowed: deadline with after or at, or no overdue.")]
    [InlineData("deadline:\n  after: P1DT12H30M\n", "", "(31,3): overdue: without a deadline nothing is ever overdue: found overdue without deadline, allowed: deadline with after or at, or no overdue.")]
    [InlineData("after: P1DT12H30M", "after: PT59S", "(27,10): deadline.after: found 'PT59S', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("after: P1DT12H30M", "after: P3653DT1S", "(27,10): deadline.after: found 'P3653DT1S', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("after: P1DT12H30M", "after: P999999999D", "(27,10): deadline.after: found 'P999999999D', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("after: P1DT12H30M", "after: P12H", "(27,10): deadline.after: found 'P12H', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds). Did you mean 'PT12H'?")]
    [InlineData("after: P1DT12H30M", "after: P1M", "(27,10): deadline.after: found 'P1M', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("after: P1DT12H30M", "after: 12", "(27,10): deadline.after: found '12', allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("after: P1DT12H30M", "after: [P1D]", "(27,10): deadline.after: found a list, allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("after: P1DT12H30M", "at: due[]", "(27,7): deadline.at: found 'due[]', allowed: a path to one value such as sku or address.country, without [].")]
    [InlineData("keep: P90D", "keep:", "(28,6): keep: found nothing, allowed: a duration from PT1M to P3653D such as P2D, PT12H or P1DT30M (days, hours, minutes, seconds).")]
    [InlineData("topic: products\n", "topic: order-shipping-dead-letters\n", "(14,10): arrived.topic: found 'order-shipping-dead-letters', where messages go that cannot be used, allowed: another topic.")]
    [InlineData("topic: orders-overdue", "topic: order-shipping-dead-letters", "(33,10): overdue.topic: found 'order-shipping-dead-letters', where messages go that cannot be used, allowed: another topic.")]
    [InlineData("topic: orders-overdue", "topic: products", "(33,10): overdue.topic: the reconciliation would read what it writes: found 'products', the topic of arrived, allowed: another topic.")]
    [InlineData("topic: orders-overdue", "topic: shipping", "(33,10): overdue.topic: complete and overdue entities would not be told apart: found 'shipping', the topic of output, allowed: another topic.")]
    [InlineData("embed: manufactured", "embed: shop", "(31,10): output.embed: what arrived would take the place of the key: found 'shop', a field of expected.key, allowed: another field.")]
    [InlineData("elements: products[].id", "elements: shop.products[].id", "(9,13): expected.elements: no document can fit both paths: found 'shop.products[].id' takes 'shop' as an object, 'shop' as a value, allowed: paths that agree.")]
    [InlineData("element: product.id", "element: order", "(19,12): arrived.element: no document can fit both paths: found 'order' takes 'order' as a value, 'order.shop' as an object, allowed: paths that agree.")]
    [InlineData("{order.number}\"\n      case: lower", "{order.number}\"\n      case: upper", "(17,7): arrived.key[1]: match can never equal the key: found lower case against upper case ('{ template: \"{order.shop}/{order.number}\", case: upper }' in arrived, '{ template: \"{shop}/{number}\", case: lower }' in expected), allowed: the same fixed text and case on both sides.")]
    [InlineData("{shop}/{number}", "{shops[]}/{number}", "(7,17): expected.key[1].template: an entity has one id: found 'shops[]', allowed: fields without [].")]
    [InlineData("{order.shop}/", "{orders[]}/", "(17,17): arrived.key[1].template: a piece belongs to one entity: found 'orders[]', allowed: fields without [].")]
    [InlineData("  elements: products[].id\n", "  amount:\n    value: total\n", "(15,3): arrived.amount: nothing would add up to the expected amount: found expected.amount without arrived.amount, allowed: arrived.amount: what a piece adds.")]
    [InlineData("element: product.id", "element: product.id\n  amount: { value: price }", "(20,11): arrived.amount: elements arrive or do not, nothing is added up: found arrived.amount with expected.elements, allowed: no arrived.amount, or expected.amount in place of expected.elements.")]
    [InlineData("test: true", "test: {}", "(12,11): expected.cancelled.test: found an empty map, allowed: text, a number, true, false or null, or a list of such.")]
    public void MistakeInShipping_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        ReconciliationSamples.Problems(ReconciliationSamples.Shipping.With(part, other)).ShouldBe(problems.Select(problem => "r.yaml" + problem));

    [Theory]
    [InlineData("    currency: currency\n", "", "(14,5): arrived.amount.currency: amounts of unknown currency cannot be compared: found a currency in expected.amount only, allowed: a currency on both sides, or on none.")]
    [InlineData("    currency: total.currency\n", "", "(7,5): expected.amount.currency: amounts of unknown currency cannot be compared: found a currency in arrived.amount only, allowed: a currency on both sides, or on none.")]
    [InlineData("    currency: total.currency\n", "    currency: total\n", "(8,15): expected.amount.currency: no document can fit both paths: found 'total' takes 'total' as a value, 'total.amount' as an object, allowed: paths that agree.")]
    [InlineData("    value: amount\n", "", "(14,5): arrived.amount.value: required key is missing: found nothing, allowed: a path to one value such as sku or address.country, without [].")]
    [InlineData("[paymentId, amount]", "[paymentId, amount, amount]", "(16,31): arrived.fields[2]: a field is written twice: found 'amount', allowed: each field once.")]
    [InlineData("  amount:\n    value: total.amount\n    currency: total.currency\n", "  elements: lines[]\n", "(12,5): arrived.amount: elements arrive or do not, nothing is added up: found arrived.amount with expected.elements, allowed: no arrived.amount, or expected.amount in place of expected.elements.")]
    [InlineData("key: reference", "key: [reference, shop]", "(11,8): arrived.key: the keys of expected and arrived differ in number: found 2 in arrived, 1 in expected, allowed: 1 in arrived.")]
    public void MistakeInPayment_IsReportedWithItsPosition(string part, string other, params string[] problems) =>
        ReconciliationSamples.Problems(ReconciliationSamples.Payment.With(part, other)).ShouldBe(problems.Select(problem => "r.yaml" + problem));

    [Fact]
    public void ForgottenOrMisspeltKind_IsTheOnlyMistake()
    {
        ReconciliationSamples.Problems(ReconciliationSamples.Payment.With("kind: reconciliation\n", "")).ShouldBe(["r.yaml(1,1): kind: required key is missing: found nothing, allowed: reconciliation."]);
        ReconciliationSamples.Problems(ReconciliationSamples.Payment.With("kind: reconciliation", "kind: entitty")).ShouldBe(["r.yaml(1,7): kind: found 'entitty', allowed: reconciliation."]);
        ReconciliationSamples.Problems("kind: reconcile\n" + Samples.Item).ShouldBe(["r.yaml(1,7): kind: found 'reconcile', allowed: entity, reconciliation, read-model, feed."]);
        ReconciliationSamples.Problems("kind: Entity\n" + Samples.Item).ShouldBe(["r.yaml(1,7): kind: found 'Entity', allowed: entity, reconciliation, read-model, feed. Did you mean 'entity'?"]);
    }

    [Fact]
    public void DefinitionOfTheOtherKind_IsTakenAtItsWord()
    {
        ReconciliationSamples.Problems("kind: reconciliation\n" + Samples.Item)[0].ShouldBe("r.yaml(1,1): expected: required key is missing: found nothing, allowed: a map with topic, key, elements, amount, cancelled.");
        ReconciliationSamples.Problems(ReconciliationSamples.Payment.With("kind: reconciliation", "kind: entity"))[1].ShouldBe("r.yaml(1,1): relations: required key is missing: found nothing, allowed: a map of relation names to relations.");
    }
}
