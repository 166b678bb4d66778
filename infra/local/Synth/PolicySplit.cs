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

    /// <summary>Of an ARN's part before a topic's name, with the longest names of partition, region and cluster that AWS allows.</summary>
    private const int LongestPrefix = 160;

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
                var size = LongestPrefix + Marks + resource.Length;
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
}
