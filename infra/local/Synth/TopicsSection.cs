using System.Globalization;
using System.Text;

namespace EntitySync.Local.Synth;

/// <summary>All topics, made by one custom resource: what is missing is created, what is there is compared, nothing is ever deleted.</summary>
internal static class TopicsSection
{
    /// <param name="topics">By name.</param>
    /// <param name="policies">Policies that must be attached before, with the condition that each has: of the function that makes the topics, and of those whose event sources wait for the topics.</param>
    public static string Text(IEnumerable<PlannedTopic> topics, IEnumerable<(string Id, string Condition)> policies)
    {
        // A policy with a condition may be missing, so DependsOn cannot name it.
        var text = new StringBuilder($"""

              # ---- Topics: created where the cluster lacks them, never deleted
              Topics:
                Type: Custom::Topics
                Properties:
                  ServiceToken: !Ref CreateTopicsArn
                  ServiceTimeout: 300
                  AskedAgainWith: !Ref CreateTopicsVersion
                  After:
                    {string.Join("\n        ", policies.Select(policy => $"- !If [{policy.Condition}, !Ref {policy.Id}, !Ref AWS::NoValue]"))}
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
