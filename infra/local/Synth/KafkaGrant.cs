using System.Collections.Immutable;

namespace EntitySync.Local.Synth;

/// <summary>What one function or the container may do on the cluster with IAM. Actions: the AWS page "Actions, resources, and condition keys for Apache Kafka APIs for Amazon MSK clusters".</summary>
/// <param name="Name">The function without <c>Function</c>; <c>Join</c> for the container.</param>
/// <param name="Cluster">Actions on the cluster itself.</param>
/// <param name="Topics">Actions on topics, by name.</param>
/// <param name="Groups">Consumer groups with their actions; the stack's name stands before those that begin with a hyphen.</param>
/// <param name="TransactionalIds">Prefix of transactional ids, likewise; null without.</param>
internal sealed record KafkaGrant(
    string Name,
    ImmutableArray<string> Cluster,
    ImmutableArray<(ImmutableArray<string> Actions, ImmutableArray<string> Names)> Topics,
    ImmutableArray<(ImmutableArray<string> Actions, ImmutableArray<string> Names)> Groups,
    string? TransactionalIds = null);
