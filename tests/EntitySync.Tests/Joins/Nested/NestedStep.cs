using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Joins.Nested;

/// <summary>What happens next: a row changes in its topic, or all tasks lose their state.</summary>
/// <param name="Topic">Null for a restart.</param>
/// <param name="Key">The row's own key.</param>
/// <param name="Row">Null for a delete.</param>
/// <param name="IsSettled">False when more is written before anybody reads it.</param>
internal sealed record NestedStep(string? Topic, string Key, string? Row, bool IsSettled)
{
    private static readonly string[] Values = ["a", "b", "7", "é"];

    public static List<NestedStep> Draw(Random random, EntityDefinition definition, int count)
    {
        List<string> topics = [NestedMaker.Root, .. definition.AllRelations.Select(relation => relation.From).Distinct()];
        var steps = new List<NestedStep>();
        while (steps.Count < count)
        {
            if (random.Next(25) == 0) steps.Add(new NestedStep(null, "", null, true));
            var topic = topics[random.Next(topics.Count)];
            var key = Values[random.Next(Values.Length)];
            steps.Add(new NestedStep(topic, key, random.Next(6) == 0 ? null : Document(random, key), random.Next(4) > 0));
            if (random.Next(12) == 0) steps.Add(steps[^1]); // a producer's repetition
        }

        steps.Add(steps[^1] with { IsSettled = true });
        return steps;
    }

    public override string ToString() => Topic is null ? "restart" : $"{Topic} {Key} {Row ?? "deleted"}{(IsSettled ? "" : ", and at once")}";

    private static string Document(Random random, string key)
    {
        var list = string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random)));
        return $$"""{"id":"{{key}}","v":{{Value(random)}},"f0":{{Value(random)}},"f1":{{Value(random)}},"a":[{{list}}],"n":{{Number(random)}},"x":{{random.Next(3)}}}""";
    }

    private static string Value(Random random) => random.Next(9) switch
    {
        0 => "null",
        1 => "7",
        _ => $"\"{Values[random.Next(Values.Length)]}\"",
    };

    private static string Number(Random random) => random.Next(5) == 0 ? "null" : $"{random.Next(4)}";
}
