using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Tests.Joins.Debezium;

namespace EntitySync.Tests.Joins.Intake;

/// <summary>Rows of a Debezium root that are no entity, or that cannot be used.</summary>
public sealed class BadRootRowTests
{
    private static readonly ChangeEvents Events = new("mysql", HasSchema: false);

    [Theory]
    [InlineData("""{"id":1,"email":null}""")]
    [InlineData("""{"id":1}""")]
    public void RowThatLosesItsKey_IsDeadLettered_AndLeavesItsEntity(string row)
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 2);
        var lost = Events.Update(row);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x"}"""), partition: 1);
        driver.Change(Events, 1, lost, partition: 1);
        driver.Restart();
        driver.Change(Events, 1, lost, partition: 1);
        driver.Change(Events, 1, Events.Delete(row), partition: 1);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","n":2}"""), partition: 1);

        driver.Emitted().ShouldBe(["""a@x {"id":1,"email":"a@x"}""", "a@x gone", """a@x {"id":1,"email":"a@x","n":2}"""]);
        driver.DeadLetters().ShouldBe(
        [
            $"users-1@1 the row has no value in 'email', the root's key, and leaves the entity it was: {lost}",
            $"users-1@2 the row has no value in 'email', the root's key, and leaves the entity it was: {lost}",
        ]);
    }

    [Fact]
    public void RowThatCannotBeUsed_IsDeadLettered_AndTheRowBeforeStays()
    {
        using var driver = new TopologyDriver(UserTable.Definition(), options: new JoinOptions { RelatedRowBytes = 4000, AnswerBytes = 5000 });
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x"}"""));
        string[] bad =
        [
            Events.Update("""{"id":1,"email":["b@x"]}"""),
            Events.Update($$"""{"id":1,"email":"{{new string('b', 2049)}}"}"""),
            Events.Update("""{"id":1,"email":"b@x","email":"c@x"}"""),
            Events.Update($$"""{"id":1,"email":"b@x","text":"{{new string('t', 4000)}}"}"""),
            Events.Update($$"""{"id":1,"email":"b@x","text":"{{new string('t', 5000)}}"}"""),
            """{"op":"x","after":{}}""",
        ];
        foreach (var value in bad)
        {
            driver.Change(Events, 1, value);
            driver.Restart();
        }

        driver.Pipe(UserTable.Topic, null, Events.Insert("""{"id":9,"email":"z@x"}"""));
        driver.Change(Events, 1, Events.Delete("null"));

        driver.Emitted().ShouldBe(["""a@x {"id":1,"email":"a@x"}""", "a@x gone"]);
        driver.DeadLetters().Select(letter => letter[..letter.IndexOf(": ", StringComparison.Ordinal)]).ShouldBe(
        [
            "users-0@1 'email' is an array; a string or a number is expected",
            "users-0@2 'email' has 2049 bytes; a join value has at most 2048",
            "users-0@3 property 'email' appears twice",
            "users-0@4 root row of 4032 bytes is larger than 4000",
            "users-0@5 root row and key of 5033 bytes are larger than 5000",
            "users-0@6 the change event has an 'op' other than c, u, d, r, t and m",
            "users-0@7 the change event has no key",
        ]);
    }

    [Fact]
    public void RowWhoseMatchCannotBeRead_IsDeadLetteredAtItsOwnPosition_AndIsNoOtherRowOfTheKey()
    {
        using var driver = new TopologyDriver(UserTable.Definition(), partitions: 2);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","plan":"p"}"""), partition: 0);
        driver.Change(Events, 2, Events.Insert("""{"id":2,"email":"a@x","plan":{"x":1}}"""), partition: 1);
        driver.Change(Events, 2, Events.Delete("null"), partition: 1);
        driver.Change(Events, 3, Events.Insert("""{"id":3,"email":"b@x","plan":[]}"""), partition: 1);
        driver.Change(Events, 3, Events.Delete("null"), partition: 1);

        driver.Emitted().ShouldBe(["""a@x {"id":1,"email":"a@x","plan":"p"}""", "b@x gone"]);
        driver.DeadLetters().Select(letter => letter[..letter.IndexOf(' ', StringComparison.Ordinal)]).ShouldBe(["users-1@0", "users-1@2"]);
        driver.DeadLetters()[0].ShouldEndWith(""": {"id":2,"email":"a@x","plan":{"x":1}}""");
        driver.Counts.SharedKeys.ShouldBe(0);
    }

    [Fact]
    public void RejectedEntity_IsDeadLetteredAtItsRowsPosition()
    {
        var definition = UserTable.Definition();
        using var driver = new TopologyDriver(definition with { Relations = [definition.Relations[0] with { Missing = new MissingRule(MissingAction.Reject, []) }] }, partitions: 2);
        driver.Change(Events, 1, Events.Insert("""{"id":1,"email":"a@x","plan":"p"}"""), partition: 1);

        driver.Emitted().ShouldBeEmpty();
        driver.DeadLetters().ShouldHaveSingleItem().ShouldStartWith("users-1@0 ");
    }
}
