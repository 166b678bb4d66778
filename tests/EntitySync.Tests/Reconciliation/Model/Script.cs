using System.Globalization;
using System.Text;
using EntitySync.Core.Enrichment;

namespace EntitySync.Tests.Reconciliation.Model;

/// <summary>A message of a script.</summary>
/// <param name="Order">The order's id.</param>
/// <param name="Text"><c>E12</c> expects the products 1 and 2, <c>C</c> cancels, <c>P1</c> says that product 1 is made.</param>
internal sealed record ScriptMessage(string Order, string Text)
{
    public bool IsExpected => Text[0] != 'P';

    public bool IsCancel => Text == "C";

    /// <summary>Expected products, or the one that is made.</summary>
    public string[] Products { get; } = [.. Text[1..].Select(product => $"p{product}")];

    public EnrichRecord ToRecord(long offset, DateTimeOffset timestamp)
    {
        var json = IsCancel ? $$"""{"orderId":"{{Order}}","status":"cancelled"}"""
            : IsExpected ? ReconciliationRig.OrderJson(Order, Products)
            : $$"""{"orderId":"{{Order}}","productId":"{{Products[0]}}"}""";
        return new EnrichRecord(offset, Encoding.UTF8.GetBytes(Order), Encoding.UTF8.GetBytes(json), [], null, timestamp);
    }
}

/// <summary>The messages of up to two orders, in the order of each topic; the topics go side by side.</summary>
internal sealed class Script
{
    public Script(params string[] orders)
    {
        Name = string.Join(" | ", orders);
        var messages = orders.Select((text, index) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(message => new ScriptMessage(string.Create(CultureInfo.InvariantCulture, $"o-{index + 1}"), message)).ToList()).ToList();
        var mixed = Enumerable.Range(0, messages.Max(list => list.Count)).SelectMany(place => messages.Where(list => place < list.Count).Select(list => list[place])).ToList();
        Expected = [.. mixed.Where(message => message.IsExpected)];
        Arrived = [.. mixed.Where(message => !message.IsExpected)];
        Orders = [.. mixed.Select(message => message.Order).Distinct()];
    }

    public string Name { get; }

    public ScriptMessage[] Expected { get; }

    public ScriptMessage[] Arrived { get; }

    public string[] Orders { get; }

    /// <summary>Every script of one order with at most so many messages: two versions of it, a cancellation, two products, each of them any number of times.</summary>
    public static IEnumerable<string> All(int messages)
    {
        for (var expected = 0; expected <= messages; expected++)
        {
            for (var arrived = 0; arrived <= messages - expected; arrived++)
            {
                foreach (var first in Words(["E12", "E1", "C"], expected))
                {
                    foreach (var second in Words(["P1", "P2"], arrived))
                    {
                        if (expected + arrived > 0) yield return string.Join(' ', first.Concat(second));
                    }
                }
            }
        }
    }

    private static IEnumerable<IEnumerable<string>> Words(string[] letters, int length) =>
        length == 0 ? [[]] : Words(letters, length - 1).SelectMany(word => letters.Select(word.Append));
}
