namespace EntitySync.Local.Synth;

/// <summary>What stands at the top of the generated template: its parameters are all that it takes from <c>template.yaml</c>.</summary>
internal static class TemplateHead
{
    /// <summary>Functions that event sources of the template invoke: parameters with the ARN of the alias each.</summary>
    public static readonly string[] Functions = ["Enrich", "ProjectReadModel", "PublishReference", "Reconcile", "TriggerReplay"];

    /// <summary>Functions that get permissions here, and the container: parameters with the name of the role each.</summary>
    public static readonly string[] Roles =
    [
        "CreateTopics", "Enrich", "Feed", "FillReadModel", "Join", "PlanRebuild", "ProjectReadModel", "PublishCompleted", "PublishReference", "PublishReplayPages", "Reconcile", "ReferenceApi",
        "TriggerReplay",
    ];

    /// <summary>All up to the first resource. The parameters are the same whatever the definitions are, since <c>template.yaml</c> gives them all.</summary>
    /// <param name="options">Which are not the usual ones, is said: whoever writes the file again needs them.</param>
    public static string Text(SynthOptions options) =>
        Written(options) + Start + string.Concat(Functions.Select(function => $"  {function}Arn: {{ Type: String }}\n")) + string.Concat(Roles.Select(role => $"  {role}Role: {{ Type: String }}\n")) + Conditions;

    /// <summary>The first line of a generated file.</summary>
    public static string Written(SynthOptions options) =>
        $"# Written by `dotnet run --project infra/local -- synth{(options == new SynthOptions() ? "" : $" --policies-per-role {options.PoliciesPerRole}")}` from infra/entities/*.yaml. Not to be edited: change a definition and run it again.\n";

    private const string Start = """
        AWSTemplateFormatVersion: '2010-09-09'
        Description: EntitySync - what follows from the definitions - reference tables, topics, event sources, permissions by name.

        # Some are of no use to some definitions.
        Metadata: { cfn-lint: { config: { ignore_checks: [W2001] } } }

        Parameters:
          StackPrefix: { Type: String, Description: 'First part of consumer groups, transactional ids and metric namespaces' }
          TablePrefix: { Type: String }
          TableDeletionProtection: { Type: String, AllowedValues: ['true', 'false'] }
          KafkaBootstrapServers: { Type: String }
          KafkaClusterArn: { Type: String, Description: Empty for a self-managed cluster }
          KafkaArnPrefix: { Type: String, Description: 'With iam the part of the cluster''s ARN before :cluster/, else empty' }
          KafkaClusterPath: { Type: String, Description: 'With iam NAME/UUID of the cluster''s ARN, else empty' }
          KafkaAuthentication: { Type: String, AllowedValues: [none, iam, scram, mtls] }
          KafkaSecretArn: { Type: String }
          KafkaCaSecretArn: { Type: String }
          KafkaSecretKmsKeyArn: { Type: String }
          VpcSubnetIds: { Type: 'List<AWS::EC2::Subnet::Id>' }
          VpcSecurityGroupId: { Type: 'AWS::EC2::SecurityGroup::Id' }
          ReferenceChangeFailuresArn: { Type: String, Description: Queue that hears of changes of reference rows that were given up }
          CreateTopicsArn: { Type: String }
          CreateTopicsVersion: { Type: String, Description: 'Another one with each change of code or definitions, so that the topics are looked at again' }
          JoinGroupId: { Type: String, Description: Consumer group of the container }

        """;

    private const string Conditions = """

        Conditions:
          IsMsk: !Not [!Equals [!Ref KafkaClusterArn, '']]
          IsIam: !Equals [!Ref KafkaAuthentication, iam]
          IsScram: !Equals [!Ref KafkaAuthentication, scram]
          IsMtls: !Equals [!Ref KafkaAuthentication, mtls]
          HasSecret: !Not [!Equals [!Ref KafkaSecretArn, '']]
          HasCa: !Not [!Equals [!Ref KafkaCaSecretArn, '']]
          HasSecretKey: !Not [!Equals [!Ref KafkaSecretKmsKeyArn, '']]
          ReadsSecrets: !Or [!Condition HasSecret, !Condition HasCa]
          # An event source knows MSK's own authorities, and takes no others for it.
          SourceTrustsCa: !And [!Not [!Condition IsMsk], !Condition HasCa]
          HasSourceAccess: !Or [!Not [!Condition IsMsk], !Condition IsScram, !Condition IsMtls]
          ProtectsTables: !Equals [!Ref TableDeletionProtection, 'true']

        Resources:
        """;
}
