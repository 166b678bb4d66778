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
        Written(options) + Start
        + string.Concat(Functions.Select(function => $"  {function}Arn: {{ Type: String, AllowedPattern: {FunctionArn}, Description: Alias of the function }}\n"))
        + string.Concat(Roles.Select(role => $"  {role}Role: {{ Type: String, AllowedPattern: {RoleName}, Description: Name of the role }}\n"))
        + Conditions;

    /// <summary>The first line of a generated file.</summary>
    public static string Written(SynthOptions options) =>
        $"# Written by `dotnet run --project infra/local -- synth{(options == new SynthOptions() ? "" : $" --policies-per-role {options.PoliciesPerRole}")}` from infra/entities/*.yaml. Not to be edited: change a definition and run it again.\n";

    private const string FunctionArn = "'^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]+(:[a-zA-Z0-9_-]+)?$'";
    private const string RoleName = "'^[a-zA-Z0-9+=,.@_-]{1,64}$'";

    private const string Start = """
        AWSTemplateFormatVersion: '2010-09-09'
        Description: EntitySync - what follows from the definitions - reference tables, topics, event sources, permissions by name.

        # Some are of no use to some definitions.
        Metadata: { cfn-lint: { config: { ignore_checks: [W2001, W8001] } } }

        Parameters:
          StackPrefix: { Type: String, AllowedPattern: '^[a-zA-Z][a-zA-Z0-9-]{0,127}$', Description: 'First part of consumer groups, transactional ids and metric namespaces' }
          TablePrefix: { Type: String, AllowedPattern: '^[a-zA-Z0-9_.-]{0,100}$', Description: Stands before every table name }
          TableDeletionProtection: { Type: String, AllowedValues: ['true', 'false'], Description: Whether the tables refuse to be deleted }
          KafkaBootstrapServers: { Type: String, AllowedPattern: '^[^:,\s]+:[0-9]+(,[^:,\s]+:[0-9]+)*$', Description: 'Brokers, host:port, separated by commas' }
          KafkaClusterArn: { Type: String, AllowedPattern: '^(|arn:aws[a-z-]*:kafka:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9-]+/[A-Za-z0-9-]+)$', Description: Empty for a self-managed cluster }
          KafkaArnPrefix: { Type: String, AllowedPattern: '^(|arn:aws[a-z-]*:kafka:[a-z0-9-]+:[0-9]{12})$', Description: 'With iam the part of the cluster''s ARN before :cluster/, else empty' }
          KafkaClusterPath: { Type: String, AllowedPattern: '^(|[A-Za-z0-9-]+/[A-Za-z0-9-]+)$', Description: 'With iam NAME/UUID of the cluster''s ARN, else empty' }
          KafkaAuthentication: { Type: String, AllowedValues: [none, iam, scram, mtls], Description: 'How functions, container and event sources prove to the brokers who they are' }
          KafkaSecretArn: { Type: String, AllowedPattern: '^(|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+)$', Description: Secret of scram and mtls }
          KafkaCaSecretArn: { Type: String, AllowedPattern: '^(|arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+)$', Description: Secret with the certificates of the authority of the brokers; empty for a public one }
          KafkaSecretKmsKeyArn: { Type: String, AllowedPattern: '^(|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+)$', Description: Key of the secrets; empty for the one of Secrets Manager }
          VpcSubnetIds: { Type: 'List<AWS::EC2::Subnet::Id>', Description: Private subnets that reach the brokers }
          VpcSecurityGroupId: { Type: 'AWS::EC2::SecurityGroup::Id', Description: Security group that the brokers admit }
          ReferenceChangeFailuresArn: { Type: String, AllowedPattern: '^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_-]+$', Description: Queue that hears of changes of reference rows that were given up }
          CreateTopicsArn: { Type: String, AllowedPattern: '^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]+(:[a-zA-Z0-9_-]+)?$', Description: Function that makes the topics }
          CreateTopicsVersion: { Type: String, AllowedPattern: '^[a-zA-Z0-9:_-]{1,300}$', Description: 'Another one with each change of code or definitions, so that the topics are looked at again' }
          JoinGroupId: { Type: String, AllowedPattern: '^[a-zA-Z0-9._-]{1,200}$', Description: Consumer group of the container }

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
