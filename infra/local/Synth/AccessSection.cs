using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Synth;

/// <summary>
/// Permissions that follow from the definitions, as managed policies attached to the roles of the functions and of the container: Kafka topics and groups by
/// name, reference tables, their streams, tables of replay ids, secrets.
/// </summary>
internal sealed class AccessSection
{
    /// <summary>What a role may have beside those of this template: execution, network, tracing.</summary>
    private const int PoliciesOfOthers = 3;

    /// <summary>Functions whose streams Lambda polls with their roles.</summary>
    private static readonly string[] OfStreamRoles = ["PublishReference", "TriggerReplay"];

    /// <summary>Functions whose topics Lambda polls with their roles.</summary>
    private static readonly string[] Polled = ["Enrich", "Reconcile", "ProjectReadModel"];

    private readonly LogicalIds _ids;
    private readonly DefinitionSet _definitions;
    private readonly SortedDictionary<string, IReadOnlyList<ImmutableArray<PolicyStatement>>> _kafka = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _polled;
    private readonly List<string> _folded = [];
    private readonly List<(string Id, string[] Roles, ImmutableArray<PolicyStatement> Statements)> _tables = [];

    public AccessSection(LogicalIds ids, IEnumerable<KafkaGrant> grants, IReadOnlyCollection<KafkaSource> sources, DefinitionSet definitions, SynthOptions options)
    {
        (_ids, _definitions) = (ids, definitions);
        _polled = [.. Polled.Where(function => sources.Any(source => source.Function == function))];
        AddTables("TablesAccess", ["ReferenceApi"], ["GetItem", "PutItem", "DeleteItem"], Tables.Select(table => $"${{{table}.Arn}}"));
        AddTables("LookupsAccess", ["Enrich"], ["BatchGetItem"], LookedUp.Select(table => $"${{{table}.Arn}}"));
        AddTables("StreamsRead", OfStreamRoles, ["DescribeStream", "GetRecords", "GetShardIterator"], Tables.Select(table => $"${{{table}.StreamArn}}"));
        AddTables("ReplayIdsAccess", ["PublishReplayPages"], ["Query", "Scan"], IdTables.SelectMany(IdArns).Distinct(StringComparer.Ordinal));
        var prefixes = definitions.Entities.All.Select(definition => definition.Entity).Concat(definitions.Tables.All.Select(table => table.Name))
            .Concat(definitions.Reconciliations.All.Select(definition => definition.Entity)).Concat(definitions.ReadModels.All.Select(definition => definition.ReadModel))
            .Select(name => name + "-").ToList();
        foreach (var grant in grants)
        {
            var most = options.PoliciesPerRole - PoliciesOfOthers - FixedPolicies(grant.Name);
            var policies = PolicySplit.Of(Statements(grant));
            if (policies.Count > most)
            {
                policies = PolicySplit.Of(Statements(Fold(grant, prefixes)));
                _folded.Add(grant.Name);
            }

            if (policies.Count > most) throw TooMany($"The topics of {grant.Name} fill {policies.Count} managed policies, and its role takes {most} beside its others.");
            _kafka[grant.Name] = policies;
        }

        foreach (var role in _tables.SelectMany(policy => policy.Roles).Where(role => CountOf(role) > options.PoliciesPerRole))
            throw TooMany($"The tables of {role} bring its role to {CountOf(role)} managed policies, and it takes {options.PoliciesPerRole}.");
    }

    /// <summary>Whose topics are named by a definition's prefix, since single names would not fit.</summary>
    public IReadOnlyList<string> Folded => _folded;

    /// <summary>Managed policies of the role with most of them, those that are not of this template included.</summary>
    public int MostPolicies => _kafka.Keys.Concat(_tables.SelectMany(policy => policy.Roles)).Max(CountOf);

    /// <summary>Policies without which a stream cannot be read.</summary>
    public IEnumerable<string> OfStreams => _tables.Where(policy => policy.Roles == OfStreamRoles).Select(policy => policy.Id).Prepend("StreamsAccess");

    private IEnumerable<string> Tables => _definitions.Tables.All.Select(table => _ids.Of("", table.Name, "Table"));

    private IEnumerable<string> LookedUp => _definitions.LookedUp.Select(table => _ids.Of("", table.Name, "Table"));

    private IEnumerable<DynamoDbIdSourceDefinition> IdTables => _definitions.Entities.All.Select(definition => definition.Replay?.Ids).OfType<DynamoDbIdSourceDefinition>();

    /// <summary>Policies that the topics wait for: those of the function that makes them and of the functions whose event sources wait for the topics in turn.</summary>
    public IEnumerable<(string Id, string Condition)> BeforeTopics =>
        _kafka.Where(policies => policies.Key == "CreateTopics" || _polled.Contains(policies.Key))
            .SelectMany(policies => Enumerable.Range(1, policies.Value.Count).Select(number => (KafkaId(policies.Key, number), "IsIam")))
            .Prepend(("SecretsAccess", "ReadsSecrets"));

    public string Text()
    {
        var text = new StringBuilder("\n  # ---- Kafka: what each function and the container may do on the cluster with IAM, and the secrets they may read\n");
        text.Append(Secrets());
        foreach (var (name, policies) in _kafka)
        {
            for (var number = 1; number <= policies.Count; number++) AppendPolicy(text, KafkaId(name, number), "IsIam", [name], policies[number - 1]);
        }

        if (_polled.Count > 0) text.Append(OfSources());
        if (_tables.Count > 0) text.Append("\n  # ---- DynamoDB: tables that the definitions name, and their streams\n");
        foreach (var (id, roles, statements) in _tables) AppendPolicy(text, id, null, roles, statements);
        if (Tables.Any()) text.Append(StreamsAccess);
        return text.ToString();
    }

    /// <summary>Topics that are named after a definition, by that name and a star.</summary>
    private static KafkaGrant Fold(KafkaGrant grant, IReadOnlyList<string> prefixes) => grant with
    {
        Topics =
        [
            .. grant.Topics.Select(topics => (topics.Actions, topics.Names
                .Select(name => prefixes.Where(prefix => name.StartsWith(prefix, StringComparison.Ordinal)).MinBy(prefix => prefix.Length) is { } prefix ? prefix + "*" : name)
                .Distinct(StringComparer.Ordinal).ToImmutableArray())),
        ],
    };

    private void AddTables(string id, string[] roles, string[] actions, IEnumerable<string> resources)
    {
        var policies = PolicySplit.Of([new([.. actions.Select(action => "dynamodb:" + action)], [.. resources])]);
        foreach (var (index, policy) in policies.Index()) _tables.Add(($"{id}{index + 1}", roles, policy));
    }

    private static InvalidDataException TooMany(string what) =>
        new(what + " Ask AWS for more of the quota 'Managed policies per role' (25 at most) and run with --policies-per-role, or put some of the definitions into another deployment.");

    private int CountOf(string role) => PoliciesOfOthers + FixedPolicies(role) + (_kafka.TryGetValue(role, out var policies) ? policies.Count : 0);

    /// <summary>Of a role, those that are here whatever its topics are: secrets, network, tables and streams.</summary>
    private int FixedPolicies(string role) => 1 + (_polled.Contains(role) ? 1 : 0) + (OfStreamRoles.Contains(role) && Tables.Any() ? 1 : 0) + _tables.Count(policy => policy.Roles.Contains(role));

    private static string KafkaId(string name, int number) => $"{name}Kafka{number}";

    private static IEnumerable<PolicyStatement> Statements(KafkaGrant grant)
    {
        yield return new PolicyStatement(Prefixed(grant.Cluster), ["${KafkaClusterArn}"]);
        foreach (var (actions, names) in grant.Groups.Where(group => !group.Names.IsEmpty))
            yield return new PolicyStatement(Prefixed(actions), [.. names.Select(name => $"${{KafkaArnPrefix}}:group/${{KafkaClusterPath}}/{Stacked(name)}")]);
        if (grant.TransactionalIds is { } ids)
            yield return new PolicyStatement(Prefixed(["DescribeTransactionalId", "AlterTransactionalId"]), [$"${{KafkaArnPrefix}}:transactional-id/${{KafkaClusterPath}}/{Stacked(ids)}*"]);
        foreach (var (actions, names) in grant.Topics.Where(topics => !topics.Names.IsEmpty))
            yield return new PolicyStatement(Prefixed(actions), [.. names.Select(name => $"${{KafkaArnPrefix}}:topic/${{KafkaClusterPath}}/{name}")]);
    }

    private static ImmutableArray<string> Prefixed(ImmutableArray<string> actions) => [.. actions.Select(action => "kafka-cluster:" + action)];

    private static string Stacked(string name) => name.StartsWith('-') ? "${StackPrefix}" + name : name;

    private static void AppendPolicy(StringBuilder text, string id, string? condition, IEnumerable<string> roles, IEnumerable<PolicyStatement> statements)
    {
        text.Append($"  {id}:\n    Type: AWS::IAM::ManagedPolicy\n");
        if (condition is not null) text.Append($"    Condition: {condition}\n");
        text.Append($"    Properties:\n      Roles: [{string.Join(", ", roles.Select(role => $"!Ref {role}Role"))}]\n      PolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n");
        foreach (var statement in statements)
        {
            text.Append($"          - Effect: Allow\n            Action: [{string.Join(", ", statement.Actions)}]\n            Resource:\n");
            foreach (var resource in statement.Resources) text.Append($"              - {Value(resource)}\n");
        }
    }

    private static string Value(string resource) => resource switch
    {
        "${KafkaClusterArn}" => "!Ref KafkaClusterArn",
        ['$', '{', .. var attribute, '}'] when attribute.EndsWith(".Arn", StringComparison.Ordinal) || attribute.EndsWith(".StreamArn", StringComparison.Ordinal) => "!GetAtt " + attribute,
        _ => $"!Sub '{resource}'",
    };

    private string Secrets() => $$"""
          SecretsAccess:
            Type: AWS::IAM::ManagedPolicy
            Condition: ReadsSecrets
            Properties:
              Roles: [{{string.Join(", ", _kafka.Keys.Select(name => $"!Ref {name}Role"))}}]
              PolicyDocument:
                Version: '2012-10-17'
                Statement:
                  - Effect: Allow
                    Action: secretsmanager:GetSecretValue
                    Resource: [!If [HasSecret, !Ref KafkaSecretArn, !Ref AWS::NoValue], !If [HasCa, !Ref KafkaCaSecretArn, !Ref AWS::NoValue]]
                  - !If
                    - HasSecretKey
                    - Effect: Allow
                      Action: kms:Decrypt
                      Resource: !Ref KafkaSecretKmsKeyArn
                      Condition: { StringEquals: { 'kms:ViaService': !Sub 'secretsmanager.${AWS::Region}.${AWS::URLSuffix}' } }
                    - !Ref AWS::NoValue

        """;

    private string OfSources() => $$"""
          SourcesAccess:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              Roles: [{{string.Join(", ", _polled.Select(name => $"!Ref {name}Role"))}}]
              PolicyDocument:
                Version: '2012-10-17'
                Statement:
                  # The event sources look for their brokers with these roles. EC2 knows no narrower resource for Describe calls.
                  - Effect: Allow
                    Action: [ec2:DescribeVpcs, ec2:DescribeSecurityGroups]
                    Resource: '*'
                  - !If
                    - IsMsk
                    - Effect: Allow
                      Action: [kafka:DescribeCluster, kafka:DescribeClusterV2, kafka:GetBootstrapBrokers]
                      Resource: !Ref KafkaClusterArn
                    - !Ref AWS::NoValue

        """;

    private const string StreamsAccess = """
          StreamsAccess:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              Roles: [!Ref PublishReferenceRole, !Ref TriggerReplayRole]
              PolicyDocument:
                Version: '2012-10-17'
                Statement:
                  # DynamoDB knows no narrower resource for this call.
                  - Effect: Allow
                    Action: dynamodb:ListStreams
                    Resource: '*'
                  - Effect: Allow
                    Action: sqs:SendMessage
                    Resource: !Ref ReferenceChangeFailuresArn

        """;

    private static IEnumerable<string> IdArns(DynamoDbIdSourceDefinition source)
    {
        const string Tables = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TablePrefix}";
        return source.Indexes.Values.Select(index => $"{Tables}{source.Table}/index/{index.Index}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Prepend(Tables + source.Table);
    }
}
