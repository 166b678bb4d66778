using System.Text;

namespace EntitySync.Local.Synth;

/// <summary>
/// Writes <c>infra/generated/entities.yaml</c>: the resources that follow from the definitions, as a nested template. The same definitions give the same text.
/// What every deployment has is in <c>template.yaml</c>.
/// </summary>
internal static class EntitiesTemplate
{
    /// <summary>Its file, as <c>template.yaml</c> names it.</summary>
    public const string FileName = "infra/generated/entities.yaml";

    /// <summary>Resources of a template. Source: the AWS page "CloudFormation quotas".</summary>
    private const int MostResources = 500;

    /// <param name="definitions">Those of the deployment.</param>
    /// <param name="options">What the account allows.</param>
    /// <exception cref="InvalidDataException">Definitions contradict each other, or there are too many for one deployment; the message says what to do.</exception>
    /// <exception cref="Core.Errors.InvalidRequestException">The join topology cannot run a definition.</exception>
    public static SynthResult Write(DefinitionSet definitions, SynthOptions options)
    {
        var topics = TopicPlan.Of(definitions);
        var sources = KafkaSource.Of(definitions);
        var ids = new LogicalIds();
        var access = new AccessSection(ids, KafkaGrants.Of(definitions, topics, sources), sources, definitions, options);
        var parts = new[]
        {
            TablesSection.Text(definitions, ids),
            access.Text(),
            TopicsSection.Text(topics, access.BeforeTopics),
            SourcesSection.Text(sources, definitions, ids, access),
        };
        var text = new StringBuilder(TemplateHead.Text(options));
        foreach (var part in parts) text.Append(part);
        text.Append(Outputs(definitions, topics, ids));
        var (entities, alarms) = (text.ToString(), AlarmsTemplate.Text(definitions, options));
        var resources = new[] { entities, alarms }.Select(template => template.Split('\n').Count(line => line.StartsWith("    Type: ", StringComparison.Ordinal))).ToList();
        if (resources.Max() > MostResources)
            throw new InvalidDataException($"{resources.Max()} resources follow from the definitions, and a CloudFormation template takes {MostResources}: put some of the definitions into another deployment.");
        return new SynthResult(entities, alarms, resources.Sum(), topics.Length, sources.Count, access.MostPolicies, access.Folded);
    }

    private static string Outputs(DefinitionSet definitions, IReadOnlyCollection<PlannedTopic> topics, LogicalIds ids)
    {
        var partitions = topics.ToDictionary(topic => topic.Name, topic => topic.Partitions, StringComparer.Ordinal);
        var most = definitions.Entities.All.Select(definition => partitions[definition.Root.Topic]).DefaultIfEmpty(1).Max();
        var text = new StringBuilder($"""

            Outputs:
              MostTasks:
                Description: Partitions of the root topic that has most; more join threads than these stay idle.
                Value: '{most}'

            """);
        foreach (var table in definitions.Tables.All)
        {
            text.Append($"""
                  {ids.Of("", table.Name, "TableName")}:
                    Value: !Ref {ids.Of("", table.Name, "Table")}

                """);
        }

        return text.Replace("\r\n", "\n").ToString();
    }
}

/// <param name="PoliciesPerRole">Managed policies that a role may have; AWS allows ten unless it is asked for more (25 at most).</param>
internal sealed record SynthOptions(int PoliciesPerRole = SynthOptions.UsualPolicies)
{
    public const int UsualPolicies = 10;

    /// <summary>For one machine, where nobody asks for permissions.</summary>
    public static SynthOptions Unlimited { get; } = new(int.MaxValue);
}

/// <summary>The generated templates, and what is in them.</summary>
/// <param name="Entities">YAML of <see cref="EntitiesTemplate.FileName"/>, with a final line break.</param>
/// <param name="Alarms">YAML of <see cref="AlarmsTemplate.FileName"/>, likewise.</param>
/// <param name="Resources">Their number in both.</param>
/// <param name="Topics">Topics that are made.</param>
/// <param name="Sources">Topics that functions read.</param>
/// <param name="MostPolicies">Managed policies of the role that has most of them here.</param>
/// <param name="Folded">Whose topics are named by a definition's prefix, since single names would not fit into the policies of a role.</param>
internal sealed record SynthResult(string Entities, string Alarms, int Resources, int Topics, int Sources, int MostPolicies, IReadOnlyList<string> Folded);
