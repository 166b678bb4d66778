using System.Globalization;
using System.Text.Json;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Topics;

/// <summary>Reads the list of topics that a template gives: <c>{"Topics":[{"Name","Partitions","Cleanup","RetentionHours","Owner"}]}</c>. CloudFormation sends every scalar as text.</summary>
public static class WantedTopics
{
    /// <summary>Kafka's limit for the name of a topic.</summary>
    private const int LongestName = 249;

    private const int MostPartitions = 10_000;

    /// <exception cref="InvalidRequestException">The list is not as described; the message names each entry and what is wrong with it.</exception>
    public static IReadOnlyList<WantedTopic> Read(JsonElement properties)
    {
        if (properties.ValueKind != JsonValueKind.Object || !properties.TryGetProperty("Topics", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new InvalidRequestException("Topics is missing or is no list.");
        var problems = new List<string>();
        var topics = new List<WantedTopic>();
        foreach (var (at, entry) in list.EnumerateArray().Index())
        {
            if (ReadOne(entry, at, problems) is { } topic) topics.Add(topic);
        }

        problems.AddRange(topics.CountBy(topic => topic.Name, StringComparer.Ordinal).Where(name => name.Value > 1).Select(name => $"{name.Key} is listed {name.Value} times"));
        return problems.Count == 0 ? topics : throw new InvalidRequestException($"The list of topics is wrong: {string.Join("; ", problems)}.");
    }

    private static WantedTopic? ReadOne(JsonElement entry, int at, List<string> problems)
    {
        if (Text(entry, "Name") is not { } name || !IsName(name)) return Problem($"Topics[{at}].Name is no name of a topic (1 to {LongestName} of A-Z a-z 0-9 . _ -)");
        if (!int.TryParse(Text(entry, "Partitions"), NumberStyles.None, CultureInfo.InvariantCulture, out var partitions) || partitions is < 1 or > MostPartitions)
            return Problem($"{name}: Partitions is '{Text(entry, "Partitions")}', a whole number from 1 to {MostPartitions} is expected");
        if (Text(entry, "Owner") is not ("entitysync" or "others")) return Problem($"{name}: Owner is '{Text(entry, "Owner")}', allowed are entitysync and others");
        var hours = Text(entry, "RetentionHours");
        var isOurs = Text(entry, "Owner") == "entitysync";
        return Text(entry, "Cleanup") switch
        {
            "compact" when hours is null => new WantedTopic(name, partitions, null, isOurs),
            "delete" when hours == "unlimited" => new WantedTopic(name, partitions, Timeout.InfiniteTimeSpan, isOurs),
            "delete" when int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => new WantedTopic(name, partitions, TimeSpan.FromHours(number), isOurs),
            "compact" or "delete" => Problem($"{name}: RetentionHours is '{hours}'; with delete it is a whole number above 0 or unlimited, with compact it is left out"),
            var other => Problem($"{name}: Cleanup is '{other}', allowed are compact and delete"),
        };

        WantedTopic? Problem(string text)
        {
            problems.Add(text);
            return null;
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name is not ("." or "..") && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    private static string? Text(JsonElement entry, string name) => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;
}
