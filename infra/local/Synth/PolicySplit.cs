using System.Collections.Immutable;

namespace EntitySync.Local.Synth;

/// <summary>One statement of a policy: actions on resources, as <c>Fn::Sub</c> has them.</summary>
internal sealed record PolicyStatement(ImmutableArray<string> Actions, ImmutableArray<string> Resources);

/// <summary>Spreads statements over as many managed policies as their size wants. Source of the limits: the AWS page "IAM and AWS STS quotas".</summary>
internal static class PolicySplit
{
    /// <summary>Characters of a managed policy, white space not counted; a little is left for what surrounds the statements.</summary>
    private const int Characters = 6_144 - 100;

    /// <summary>A statement without its actions and resources.</summary>
    private const int StatementCharacters = 60;

    /// <summary>Quotes and comma.</summary>
    private const int Marks = 3;

    /// <summary>Of a table's ARN what stands before its name, with the longest prefix that the parameters allow, and room for hyphens that a logical id has lost.</summary>
    private const int BeforeTable = 57 + 100 + 20;

    /// <summary>What the ARN of a stream has behind its table's: <c>/stream/2026-11-21T00:00:00.000</c>.</summary>
    private const int StreamLabel = 31;

    /// <summary>What stands for a placeholder at the longest: names of partition and region as AWS has them, the others as the parameters allow.</summary>
    private static readonly (string Placeholder, int Longest)[] Placeholders =
    [
        ("${AWS::Partition}", 10), ("${AWS::Region}", 14), ("${AWS::AccountId}", 12), ("${KafkaArnPrefix}", 47), ("${KafkaClusterPath}", 105), ("${KafkaClusterArn}", 161),
        ("${StackPrefix}", 128), ("${JoinGroupId}", 200), ("${TablePrefix}", 100),
    ];

    /// <summary>What each policy holds.</summary>
    public static IReadOnlyList<ImmutableArray<PolicyStatement>> Of(IEnumerable<PolicyStatement> statements)
    {
        var policies = new List<ImmutableArray<PolicyStatement>>();
        var policy = new List<PolicyStatement>();
        var left = Characters;
        foreach (var statement in statements)
        {
            var head = StatementCharacters + statement.Actions.Sum(action => action.Length + Marks);
            var resources = new List<string>();
            foreach (var resource in statement.Resources)
            {
                var size = Marks + Longest(resource);
                if (left < size + (resources.Count == 0 ? head : 0)) Close(statement, resources);
                if (resources.Count == 0) left -= head;
                left -= size;
                resources.Add(resource);
            }

            if (resources.Count > 0) policy.Add(statement with { Resources = [.. resources] });
        }

        if (policy.Count > 0) policies.Add([.. policy]);
        return policies;

        void Close(PolicyStatement statement, List<string> resources)
        {
            if (resources.Count > 0) policy.Add(statement with { Resources = [.. resources] });
            if (policy.Count > 0) policies.Add([.. policy]);
            policy.Clear();
            resources.Clear();
            left = Characters;
        }
    }

    private static int Longest(string resource)
    {
        if (resource.EndsWith(".StreamArn}", StringComparison.Ordinal)) return BeforeTable + resource.Length + StreamLabel;
        if (resource.EndsWith(".Arn}", StringComparison.Ordinal)) return BeforeTable + resource.Length;
        return resource.Length + Placeholders.Where(each => resource.Contains(each.Placeholder, StringComparison.Ordinal)).Sum(each => each.Longest - each.Placeholder.Length);
    }
}
