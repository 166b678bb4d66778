using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;
using EntitySync.Tests.Joins.Debezium;
using static System.Text.Encoding;

namespace EntitySync.Tests.Joins.Intake;

/// <summary>Change events of a root, each kind of them, with a restart of all tasks after each.</summary>
public sealed class DebeziumRootTests
{
    private const string ReplayMessage = """{"replayId":"r","causes":[]}""";
    private static readonly ChangeEvents Events = new("postgresql", HasSchema: false);

    public static TheoryData<Strategy, int, string, bool> Grid
    {
        get
        {
            var grid = new TheoryData<Strategy, int, string, bool>();
            foreach (var strategy in (Strategy[])[Strategy.Broadcast, Strategy.Shuffle])
            foreach (var partitions in (int[])[1, 3])
            foreach (var (connector, hasSchema) in ChangeEvents.Writers.Select(row => row.Data)) grid.Add(strategy, partitions, connector, hasSchema);
            return grid;
        }
    }

    [Theory]
    [MemberData(nameof(Grid))]
    public void RowThatComesChangesMovesAndGoes_IsTheEntityOfItsKey(Strategy strategy, int partitions, string connector, bool hasSchema)
    {
        var events = new ChangeEvents(connector, hasSchema);
        using var driver = new TopologyDriver(UserTable.Definition(strategy), partitions);
        Plan(driver, "gold", 9);
        Step(events.Snapshot("""{"id":1,"email":"a@x","plan":"gold","n":1}"""));
        Step(events.Update("""{"id":1,"email":"a@x","plan":"gold","n":2}""", """{"id":1,"email":"a@x","plan":"gold","n":1}"""));
        Plan(driver, "gold", 8);
        Step(events.Heartbeat(), """{"serverName":"shop"}""");
        Step(events.Update("""{"id":1,"email":"b@x","plan":"gold","n":3}"""));
        Step(events.Flat("""{"id":1,"email":"b@x","plan":"gold","n":4}""", isDeleted: false));
        Step(events.Delete("""{"id":1,"email":"b@x","plan":"gold","n":4}"""));
        Step(null);
        Step(events.Insert("""{"id":1,"email":"a@x","plan":"gold","n":5}"""));
        Plan(driver, "gold", 7);

        Emitted("a@x").ShouldBe(
        [
            """{"id":1,"email":"a@x","plan":"gold","n":1,"price":9}""",
            """{"id":1,"email":"a@x","plan":"gold","n":2,"price":9}""",
            """{"id":1,"email":"a@x","plan":"gold","n":2,"price":8}""",
            "gone",
            """{"id":1,"email":"a@x","plan":"gold","n":5,"price":8}""",
            """{"id":1,"email":"a@x","plan":"gold","n":5,"price":7}""",
        ]);
        Emitted("b@x").ShouldBe(
            ["""{"id":1,"email":"b@x","plan":"gold","n":3,"price":8}""", """{"id":1,"email":"b@x","plan":"gold","n":4,"__deleted":"false","price":8}""", "gone"]);
        driver.DeadLetters().ShouldBeEmpty();
        driver.Counts.PassedOver.ShouldBe(1);
        driver.Counts.SharedKeys.ShouldBe(0);

        string[] Emitted(string key) => [.. driver.Emitted().Where(output => output.StartsWith(key, StringComparison.Ordinal)).Select(output => output[(key.Length + 1)..])];

        void Step(string? value, string? key = null)
        {
            driver.Pipe(UserTable.Topic, key ?? events.Key("""{"id":1}"""), value, partition: partitions - 1);
            driver.Restart();
        }
    }

    [Fact]
    public void ValuesOfTheConnector_ArePassedOnAsTheyStand()
    {
        using var driver = new TopologyDriver(UserTable.Definition());
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x" ,"balance":"AfQ=","free":{"scale":2,"value":"MDk="},"born":19000,"seen":1730000000000123,"ratio":1.50,"né":"\u00e9"}"""));

        driver.Emitted().ShouldBe(["""a@x {"id":1,"email":"a@x" ,"balance":"AfQ=","free":{"scale":2,"value":"MDk="},"born":19000,"seen":1730000000000123,"ratio":1.50,"né":"\u00e9"}"""]);
    }

    [Theory]
    [InlineData("""{"id":1}""")]
    [InlineData("1")]
    [InlineData("""{"schema":{"type":"struct"},"payload":{"id":1}}""")]
    public void PrimaryKeyAsRootKey_GivesItsText(string key)
    {
        using var driver = new TopologyDriver(UserTable.Definition(key: "id"), partitions: 3);
        driver.Pipe(UserTable.Topic, key, Events.Insert("""{"id":1,"email":"a@x"}"""), partition: 2);
        driver.Restart();
        driver.Pipe(UserTable.Topic, key, Events.Delete("null"), partition: 2);

        driver.Emitted().ShouldBe(["""1 {"id":1,"email":"a@x"}""", "1 gone"]);
    }

    [Fact]
    public void CompositeAndComputedKey_IsTheEntitysKey_AndMovesWithEachOfItsColumns()
    {
        var definition = UserTable.Definition();
        var key = new KeyDefinition([KeyColumn.TryParseTemplate("{email}", LetterCase.Lower)!, KeyColumn.Of(SampleDefinitions.Path("tenant"))]);
        using var driver = new TopologyDriver(definition with { Root = definition.Root with { Key = key } }, partitions: 3);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"A@X","tenant":7}"""), partition: 2);
        driver.Change(Events, 1, Events.Update("""{"id":1,"email":"a@x","tenant":7}"""), partition: 2);
        driver.Restart();
        driver.Change(Events, 1, Events.Update("""{"id":1,"email":"a@x","tenant":8}"""), partition: 2);
        driver.Replay("""["a@x","8"]""", ReplayMessage);
        driver.Change(Events, 1, Events.Update("""{"id":1,"email":"a@x","tenant":null}"""), partition: 2);

        driver.Emitted().ShouldBe(
            [
                """["a@x","7"] {"id":1,"email":"A@X","tenant":7}""",
                """["a@x","7"] {"id":1,"email":"a@x","tenant":7}""",
                """["a@x","8"] {"id":1,"email":"a@x","tenant":8}""",
                """["a@x","7"] gone""",
                """["a@x","8"] {"id":1,"email":"a@x","tenant":8}""",
                """["a@x","8"] gone""",
            ],
            ignoreOrder: true);
        driver.DeadLetters().ShouldHaveSingleItem().ShouldStartWith("users-2@3 the row has no value in '[{ template: \"{email}\", case: lower }, tenant]', the root's key, and leaves the entity it was: ");
    }

    [Fact]
    public void ReplayAndExplanation_GoByTheEntityKey()
    {
        using var driver = new TopologyDriver(UserTable.Definition(Strategy.Shuffle), partitions: 3);
        Plan(driver, "gold", 9);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","plan":"none"}"""), partition: 1);
        driver.Change(Events, 1, Events.Update("""{"id":1,"email":"b@x","plan":"gold"}"""), partition: 1);
        driver.Replay("b@x", ReplayMessage);
        driver.Restart();
        driver.Replay("b@x", ReplayMessage);
        driver.Replay("a@x", ReplayMessage);
        driver.Replay("1", ReplayMessage);

        driver.Emitted().Count(output => output == """b@x {"id":1,"email":"b@x","plan":"gold","price":9}""").ShouldBe(3);
        driver.Counts.Replayed.ShouldBe(2);
        driver.Counts.UnknownIds.ShouldBe(2);
        driver.Counts.MisplacedKeys.ShouldBe(0);
        var explained = driver.Tasks[Murmur2Partitioner.PartitionFor("b@x"u8, 3)].Explain("b@x"u8).ShouldNotBeNull();
        explained.RootPosition.ShouldBe("users-1@1");
        UTF8.GetString(explained.Root.Span).ShouldBe("""{"id":1,"email":"b@x","plan":"gold"}""");
        explained.Rows.ShouldHaveSingleItem().Value.ShouldBe("gold");
    }

    [Fact]
    public void RootPosition_IsThatOfTheRowInItsOwnTopic_AndOfATombstoneThatOfTheRecordThatSaysSo()
    {
        using var driver = new TopologyDriver(UserTable.Definition());
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","plan":"gold"}"""));
        driver.Pipe(UserTable.Topic, "{}", Events.Heartbeat());
        driver.Change(Events, 1, Events.Update("""{"id":1,"email":"a@x","plan":"gold","n":2}"""));
        Plan(driver, "gold", 9);
        driver.Restart();
        driver.Replay("a@x", ReplayMessage);
        driver.Change(Events, 1, Events.Delete("null"));

        driver.Outputs.Select(record => UserTable.Header(record, HeaderNames.RootPosition)).ShouldBe(["users-0@0", "users-0@2", "users-0@2", "users-0@2", "user-root-0@2"]);
    }

    [Fact]
    public void TruncateInATopicOfOnePartition_DeletesAllEntities()
    {
        using var driver = new TopologyDriver(UserTable.Definition());
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x"}"""));
        driver.Change(Events, 2, Events.Insert("""{"id":2,"email":"b@x"}"""));
        driver.Restart();
        driver.Pipe(UserTable.Topic, null, Events.Truncate());
        driver.Restart();
        driver.AllTasks.Sum(task => task.Rows).ShouldBe(0);
        driver.Change(Events, 2, Events.Insert("""{"id":2,"email":"a@x"}"""));

        driver.Emitted().Order(StringComparer.Ordinal).ShouldBe(
            ["a@x gone", """a@x {"id":1,"email":"a@x"}""", """a@x {"id":2,"email":"a@x"}""", "b@x gone", """b@x {"id":2,"email":"b@x"}"""], ignoreOrder: true);
        driver.Emitted()[^1].ShouldBe("""a@x {"id":2,"email":"a@x"}""");
        driver.DeadLetters().ShouldBeEmpty();
    }

    [Fact]
    public void LookupRelation_IsLeftToEnrich()
    {
        using var driver = new TopologyDriver(UserTable.Definition(Strategy.Lookup), partitions: 3);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","plan":"gold"}"""));
        driver.Replay("a@x", ReplayMessage);
        driver.Change(Events, 1, Events.Update("""{"id":1,"email":"b@x","plan":"gold"}"""));

        driver.Outputs.Select(record => record.Topic).ShouldAllBe(topic => topic == "user-updates");
        driver.Emitted().ShouldBe(
            ["""a@x {"id":1,"email":"a@x","plan":"gold"}""", """a@x {"id":1,"email":"a@x","plan":"gold"}""", """b@x {"id":1,"email":"b@x","plan":"gold"}""", "a@x gone"], ignoreOrder: true);
    }

    private static void Plan(TopologyDriver driver, string name, int price) => driver.Pipe(UserTable.Plans, name, $$"""{"name":"{{name}}","price":{{price}}}""");
}
