using System.Text;
using System.Text.Json;

namespace EntitySync.Tests.Definitions;

/// <summary>The example data of the item entity stays readable and keeps the cases it is there for.</summary>
public sealed class ExampleDataTests
{
    private static readonly string Folder = Path.Combine(Repository.Entities, "examples", "item");

    [Fact]
    public void Items_AreTwelveWithDistinctKeysAndEveryCase()
    {
        var items = Read("items.ndjson");
        var classes = Read("delivery-classes.ndjson").Select(row => row.GetProperty("name").GetString()).ToHashSet();

        items.Select(item => item.GetProperty("sku").GetString()).Distinct().Count().ShouldBe(12);
        classes.Count.ShouldBe(5);
        string[] cases = [.. items.Select(item => Case(item, classes)).Distinct().Order()];
        cases.ShouldBe(["absent", "empty", "known", "null", "several", "some unknown", "unknown"]);
        items.Count(item => !item.GetProperty("online").GetBoolean()).ShouldBe(1);
        items.Count(item => !Ascii.IsValid(item.GetProperty("sku").GetString())).ShouldBe(1);
        items.Count(item => item.GetRawText().Contains("12345678901234567890.123450", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void DeliveryClasses_HaveOneWithoutTimes() =>
        Read("delivery-classes.ndjson").Where(row => !row.TryGetProperty("minimumTime", out _)).Select(row => row.GetProperty("name").GetString()).ShouldBe(["on-request"]);

    private static string Case(JsonElement item, HashSet<string?> classes)
    {
        if (!item.TryGetProperty("deliveryClasses", out var names)) return "absent";
        if (names.ValueKind == JsonValueKind.Null) return "null";
        var known = names.EnumerateArray().Count(name => classes.Contains(name.GetString()));
        return (known, names.GetArrayLength()) switch
        {
            (_, 0) => "empty",
            (0, _) => "unknown",
            (1, 1) => "known",
            var (some, all) => some == all ? "several" : "some unknown",
        };
    }

    private static List<JsonElement> Read(string file) => [.. File.ReadLines(Path.Combine(Folder, file)).Select(line => JsonDocument.Parse(line).RootElement)];
}
