using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;
using EntitySync.Tests.Joins.Debezium;

namespace EntitySync.Tests.Joins.Intake;

/// <summary>A Debezium root through the driver: users of a table with primary key <c>id</c>, keyed by <c>email</c>, with the plan they refer to.</summary>
internal static class UserTable
{
    public const string Topic = "users";
    public const string Plans = "plans";

    public static EntityDefinition Definition(Strategy strategy = Strategy.Broadcast, string key = "email") => new()
    {
        Entity = "user",
        Root = new RootDefinition(Topic, KeyDefinition.Of(SampleDefinitions.Path(key)), Format: DocumentFormat.Debezium),
        Relations =
        [
            new RelationDefinition
            {
                Name = "plan",
                From = Plans,
                Key = KeyDefinition.Of(SampleDefinitions.Path("name")),
                Match = KeyDefinition.Of(SampleDefinitions.Path("plan")),
                Set = [new FieldMapping("price", SampleDefinitions.Path("price"))],
                Strategy = strategy,
            },
        ],
        Output = new OutputDefinition("user-profiles"),
    };

    /// <summary>A change event of the row with that primary key; null is the tombstone after a delete.</summary>
    public static Position Change(this TopologyDriver driver, ChangeEvents events, int id, string? value, int? partition = null) =>
        driver.Pipe(Topic, events.Key($$"""{"id":{{id}}}"""), value, partition);

    /// <summary>What was emitted, as <c>key value</c>.</summary>
    public static List<string> Emitted(this TopologyDriver driver) =>
        [.. driver.Outputs.Where(record => record.Topic == driver.Topology.EmissionTopic).Select(record => $"{Text(record.Key)} {Text(record.Value)}")];

    /// <summary>Dead letters as <c>position reason: value</c>.</summary>
    public static List<string> DeadLetters(this TopologyDriver driver) =>
        [.. driver.Outputs.Where(record => record.Topic == driver.Topology.DeadLetterTopic)
            .Select(record => $"{Header(record, HeaderNames.DeadLetterPosition)} {Header(record, HeaderNames.DeadLetterReason)}: {Text(record.Value)}")];

    public static string Header(OutgoingRecord record, string name) => Text(record.Headers.Single(header => header.Name == name).Value);

    public static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } text ? Encoding.UTF8.GetString(text.Span) : "gone";
}
