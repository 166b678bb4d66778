using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;
using EntitySync.Tests.Joins.Debezium;

namespace EntitySync.Tests.Joins.Intake;

/// <summary>Several rows with one key: for a moment, while they take it over from each other, or for good.</summary>
public sealed class SharedKeyTests
{
    private static readonly ChangeEvents Events = new("postgresql", HasSchema: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RowsThatSwapTheirKeys_AreEachOthersEntities(bool isSecondFirst)
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 2);
        Change(driver, 1, "a@x", 1);
        Change(driver, 2, "b@x", 1);
        if (isSecondFirst) Change(driver, 2, "a@x", 2);
        Change(driver, 1, "b@x", 2);
        if (!isSecondFirst) Change(driver, 2, "a@x", 2);
        driver.Restart();
        Plan(driver);

        driver.Emitted().Where(output => output.StartsWith("a@x", StringComparison.Ordinal)).ShouldBe(
            isSecondFirst ? [Row(1, "a@x", 1), Row(2, "a@x", 2), Row(2, "a@x", 2, price: 9)] : [Row(1, "a@x", 1), "a@x gone", Row(2, "a@x", 2), Row(2, "a@x", 2, price: 9)]);
        driver.Emitted().Where(output => output.StartsWith("b@x", StringComparison.Ordinal)).ShouldBe(
            isSecondFirst ? [Row(2, "b@x", 1), "b@x gone", Row(1, "b@x", 2), Row(1, "b@x", 2, price: 9)] : [Row(2, "b@x", 1), Row(1, "b@x", 2), Row(1, "b@x", 2, price: 9)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PrimaryKeyThatChanges_LeavesTheEntityToTheNewRow(bool isDeleteFirst)
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 2);
        Change(driver, 1, "a@x", 1);
        driver.Restart();
        if (isDeleteFirst) Delete(driver, 1);
        driver.Restart();
        Change(driver, 2, "a@x", 2);
        driver.Restart();
        if (!isDeleteFirst) Delete(driver, 1);
        driver.Restart();
        Plan(driver);

        driver.Emitted().ShouldBe(isDeleteFirst
            ? [Row(1, "a@x", 1), "a@x gone", Row(2, "a@x", 2), Row(2, "a@x", 2, price: 9)]
            : [Row(1, "a@x", 1), Row(2, "a@x", 2), Row(2, "a@x", 2, price: 9)]);
    }

    /// <summary>Row 1 gave the key up and has it again; row 2, which had it in between, arrives late.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RowThatHadTheKeyInBetween_DoesNotTakeItAlong(bool restarts)
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 2);
        Change(driver, 1, "a@x", 1);
        Change(driver, 1, "b@x", 2);
        Change(driver, 1, "a@x", 3);
        Change(driver, 2, "a@x", 1);
        if (restarts) driver.Restart();
        Change(driver, 2, "c@x", 2);
        driver.Restart();
        Plan(driver);

        driver.Emitted().Where(output => output.StartsWith("a@x", StringComparison.Ordinal)).ShouldBe(
            [Row(1, "a@x", 1), "a@x gone", Row(1, "a@x", 3), Row(2, "a@x", 1), Row(1, "a@x", 3), Row(1, "a@x", 3, price: 9)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RowsThatKeepOneKey_CountInTheOrderOfTheirLastChanges(bool restarts)
    {
        var logger = new RecordingLogger();
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 3, logger);
        string[] steps = ["1", "2", "3", "2", "1", "-1", "-2", "-3"];
        for (var n = 0; n < steps.Length; n++)
        {
            var id = Math.Abs(int.Parse(steps[n], System.Globalization.CultureInfo.InvariantCulture));
            if (steps[n][0] == '-') Delete(driver, id);
            else Change(driver, id, "a@x", n);
            if (restarts) driver.Restart();
        }

        driver.Emitted().ShouldBe(
            [Row(1, "a@x", 0), Row(2, "a@x", 1), Row(3, "a@x", 2), Row(2, "a@x", 3), Row(1, "a@x", 4), Row(2, "a@x", 3), Row(3, "a@x", 2), "a@x gone"]);
        driver.Counts.SharedKeys.ShouldBe(4);
        logger.Lines[0].ShouldBe(
            "users-2@0: row '2' has the key 'a@x' that row '1' has too; the last one counts. It passes when a row gives up its key; else the key is not unique (1 such since the last line)");
    }

    [Fact]
    public void OtherRowThatChangesOrGoes_IsTheOneThatFollows()
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 3);
        Change(driver, 1, "a@x", 1);
        Change(driver, 2, "a@x", 1);
        Change(driver, 3, "a@x", 1);
        Delete(driver, 2);
        Change(driver, 1, "b@x", 2);
        driver.Restart();
        Delete(driver, 3);

        driver.Emitted().Where(output => output.StartsWith("a@x", StringComparison.Ordinal)).ShouldBe([Row(1, "a@x", 1), Row(2, "a@x", 1), Row(3, "a@x", 1), "a@x gone"]);
    }

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void RowThatFollows_IsJoinedWithItsOwnRelatedRows(Strategy strategy)
    {
        using var driver = new TopologyDriver(UserTable.Definition(strategy), partitions: 3);
        Plan(driver, "gold", 9);
        Plan(driver, "tin", 1);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","plan":"gold"}"""), partition: 1);
        driver.Change(Events, 2, Events.Insert("""{"id":2,"email":"a@x","plan":"tin"}"""), partition: 2);
        Delete(driver, 2);
        Plan(driver, "tin", 2);
        Plan(driver, "gold", 8);
        driver.Restart();
        Plan(driver, "gold", 7);

        driver.Emitted().ShouldBe(
        [
            """a@x {"id":1,"email":"a@x","plan":"gold","price":9}""",
            """a@x {"id":2,"email":"a@x","plan":"tin","price":1}""",
            """a@x {"id":1,"email":"a@x","plan":"gold","price":9}""",
            """a@x {"id":1,"email":"a@x","plan":"gold","price":8}""",
            """a@x {"id":1,"email":"a@x","plan":"gold","price":7}""",
        ]);
    }

    [Fact]
    public void EntityEmittedOnce_IsNotEmittedAgainForTheRowThatTakesItOver_ButAfterItsTombstone()
    {
        using var driver = new TopologyDriver(UserTable.Definition() with { Emit = new EmitDefinition(EmitWhen.Always, Once: true) }, partitions: 3);
        Change(driver, 1, "a@x", 1);
        Change(driver, 2, "a@x", 2);
        Delete(driver, 1);
        driver.Restart();
        Change(driver, 2, "a@x", 3);
        Delete(driver, 2);
        driver.Restart();
        Change(driver, 3, "a@x", 4);

        driver.Emitted().ShouldBe([Row(1, "a@x", 1), "a@x gone", Row(3, "a@x", 4)]);
    }

    /// <summary>The second row is no document that can be joined, so nothing is known of it when it goes.</summary>
    [Fact]
    public void EntityEmittedOnce_IsNotEmittedAgainWhenAnUnknownRowLeavesIt()
    {
        using var driver = new TopologyDriver(UserTable.Definition() with { Emit = new EmitDefinition(EmitWhen.Always, Once: true) }, partitions: 3);
        Change(driver, 1, "a@x", 1);
        driver.Change(Events, 2, Events.Insert("""{"id":2,"email":"a@x","plan":{}}"""), partition: 2);
        driver.Restart();
        Delete(driver, 2);

        driver.DeadLetters().Count.ShouldBe(1);
        driver.Emitted().ShouldBe([Row(1, "a@x", 1)]);
    }

    [Fact]
    public void RecordOfAnotherPartition_StopsTheTaskWithTheReason()
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 3);
        byte[] key = [3, .. "a@x1"u8];
        var own = Core.State.Murmur2Partitioner.PartitionFor("a@x"u8, 3);
        var other = (own + 1) % 3;

        Should.Throw<Core.Errors.InvalidRequestException>(() => driver.Pipe("user-root", key, null, other)).Message.ShouldBe(
            $"user-root-{other}@0: entity key 'a@x' belongs to partition {own} of 3. Only EntitySync may write internal topics, and they must keep their partition counts.");
    }

    private static void Change(TopologyDriver driver, int id, string email, int n) =>
        driver.Change(Events, id, Events.Update($$"""{"id":{{id}},"email":"{{email}}","plan":"gold","n":{{n}}}"""), partition: id % driver.Partitions);

    private static void Delete(TopologyDriver driver, int id) => driver.Change(Events, id, Events.Delete("null"), partition: id % driver.Partitions);

    private static void Plan(TopologyDriver driver, string name = "gold", int price = 9) => driver.Pipe(UserTable.Plans, name, $$"""{"name":"{{name}}","price":{{price}}}""");

    private static string Row(int id, string email, int n, int? price = null) =>
        $$"""{{email}} {"id":{{id}},"email":"{{email}}","plan":"gold","n":{{n}}{{(price is { } known ? $",\"price\":{known}" : "")}}}""";
}
