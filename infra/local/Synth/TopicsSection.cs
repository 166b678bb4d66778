using System.Globalization;
using System.Text;

namespace EntitySync.Local.Synth;

/// <summary>All topics, made by one custom resource: what is missing is created, what is there is compared, nothing is ever deleted.</summary>
internal static class TopicsSection
{
    public static string Text(IEnumerable<PlannedTopic> topics, IEnumerable<string> policies)
    {
        var text = new StringBuilder($"""

              # ---- Topics: created where the cluster lacks them, never deleted
              Topics:
                Type: Custom::Topics
                DependsOn: [{string.Join(", ", policies)}]
                Properties:
                  ServiceToken: !Ref CreateTopicsArn
                  ServiceTimeout: 300
                  Topics:

            """);
        foreach (var topic in topics)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                        - { Name: '{{topic.Name}}', Partitions: {{topic.Partitions}}, Cleanup: {{Cleanup(topic)}}, Owner: {{(topic.IsOurs ? "entitysync" : "others")}} }

                """);
        }

        return text.ToString();
    }

    private static string Cleanup(PlannedTopic topic) =>
        topic.Retention is not { } retention ? "compact"
        : retention == Timeout.InfiniteTimeSpan ? "delete, RetentionHours: unlimited"
        : string.Create(CultureInfo.InvariantCulture, $"delete, RetentionHours: {Math.Max(1, (long)Math.Ceiling(retention.TotalHours))}");
}
