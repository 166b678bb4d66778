using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.Tests.Joins;

/// <summary>What the notes of a topology's tasks say about a definition, and what they do not.</summary>
public sealed class StateCheckTests
{
    private const string Keyed = "relations.payment.key: was 'account', is 'id': user-payment-rows holds the rows as they were. Stop the join host, delete user-payment-rows, -questions and -answers and its "
        + "group's positions in payments (kafka-consumer-groups.sh --delete-offsets --group JOIN_GROUP_ID --topic TOPIC), and start it.";

    [Fact]
    public void NoNote_KnowsNoShape() => Decide(Definition(), []).ShouldBeNull();

    [Fact]
    public void NoteOfFormatOne_KnowsNoShape() => Decide(Definition(), [Note(0, 5, [1, 1, 2, 3, 4, 5, 6, 7, 8])]).ShouldBeNull();

    [Fact]
    public void NoteOfFormatOneInOnePartition_LeavesTheShapeOfTheOthers() =>
        Decide(Definition(), [Note(0, 9, [1, 1, 2, 3, 4, 5, 6, 7, 8]), Note(1, 5, Definition("account"))]).ShouldBe(Refusal(Keyed));

    [Fact]
    public void SameShape_GoesOn() => Decide(Definition(), [Note(0, 5, Definition())]).ShouldBeNull();

    [Fact]
    public void OtherKey_IsRefusedWithTheWayOut() => Decide(Definition(), [Note(0, 5, Definition("account"))]).ShouldBe(Refusal(Keyed));

    /// <summary>A crash before every task had noted the definition that goes on: the newest note says which one that is.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void PartitionsWithDifferentNotes_FollowTheNewest(int older, int newer)
    {
        var before = Note(older, 5, Definition("account"));
        var after = Note(newer, 6, Definition());
        foreach (var notes in new[] { new[] { before, after }, [after, before] })
        {
            Decide(Definition(), notes).ShouldBeNull();
            Decide(Definition("account"), notes).ShouldBe(Refusal(Keyed.Replace("was 'account', is 'id'", "was 'id', is 'account'", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void LaterNoteOfAPartition_TakesThePlaceOfTheEarlier()
    {
        // Clocks of hosts differ; the log's order does not.
        Decide(Definition(), [Note(0, 9, Definition("account")), Note(0, 5, Definition())]).ShouldBeNull();
        Decide(Definition(), [Note(0, 9, Definition("account")), Note(0, 5, (byte[]?)null)]).ShouldBeNull();
    }

    [Fact]
    public void WayOutThatWasTaken_GoesOn()
    {
        LogRecord[] notes = [Note(0, 5, Definition("account"))];
        Decide(Definition(), notes, new Remains([], [])).ShouldBeNull();
        Decide(Definition(), notes, new Remains(["users", "user-progress", "user-stars-joined"], ["users", "stars"])).ShouldBeNull();
        foreach (var topic in (string[])["user-payment-rows", "user-payment-questions", "user-payment-answers"]) Decide(Definition(), notes, new Remains([topic], [])).ShouldBe(Refusal(Keyed));
        Decide(Definition(), notes, new Remains([], ["payments"])).ShouldBe(Refusal(Keyed));
    }

    [Fact]
    public void NewPartOnATopicThatIsRead_GoesOnWithoutPositions()
    {
        const string refusal = "relations.labels: its part user-labels-rekey is new and reads payments, of which the join host has committed positions: it would not see the rows before these. "
            + "Stop the join host, delete its group's positions in payments (kafka-consumer-groups.sh --delete-offsets --group JOIN_GROUP_ID --topic TOPIC), and start it.";
        var more = Definition(more: "labels: { from: payments, key: id, match: label, set: { label: text }, strategy: shuffle }");
        LogRecord[] notes = [Note(0, 5, Definition())];
        Decide(more, notes).ShouldBe(Refusal(refusal));
        Decide(more, notes, new Remains(["user-payment-rows"], ["users"])).ShouldBeNull();
    }

    [Fact]
    public void RelationWithRelations_IsNotedByItsOwnTasksToo()
    {
        var check = new StateCheck(JoinTopology.BuildTopology(Definition()));
        check.Topics.ShouldBe(["user-progress", "user-stars-progress"]);
        Decide(Definition(stars: "likes"), [Note(0, 5, Definition())], topic: "user-stars-progress").ShouldBe(Refusal(
            "relations.stars.from: was 'stars', is 'likes': user-stars-joined holds the rows as they were. Give the relation another name, so that it gets internal topics of its own; or stop the join host, "
            + "delete the topics user-stars-*, and start it."));
        Decide(Definition(stars: "likes"), [Note(0, 5, Definition())], new Remains(["users"], ["likes"]), "user-stars-progress").ShouldBeNull();
    }

    /// <summary>Deleted with the rest, rows of shuffled relations below come again only when their topics are read again.</summary>
    [Fact]
    public void RelationWithShuffledRelations_NeedsTheirPositionsDeletedToo()
    {
        const string positions = "(kafka-consumer-groups.sh --delete-offsets --group JOIN_GROUP_ID --topic TOPIC), and start it.";
        LogRecord[] notes = [Note(0, 5, Definition(nested: "shuffle"))];
        Decide(Definition(stars: "likes", nested: "shuffle"), notes).ShouldBe(Refusal(
            $"relations.stars.from: was 'stars', is 'likes': user-stars-joined holds the rows as they were. Stop the join host, delete the topics user-stars-* and its group's positions in repos {positions}"));
        Decide(Definition(nested: "shuffle", format: "debezium"), notes).ShouldBe(Refusal(
            $"relations.stars.format: was 'json', is 'debezium': user-stars-joined holds the rows as they were. Stop the join host, delete the topics user-stars-* and its group's positions in repos, stars {positions}"));
    }

    [Fact]
    public void EventsThatWait_AreNotLost()
    {
        const string refusal = "relations: none has strategy shuffle any more: events that still wait in user-progress would be lost. Stop the producers, wait until /status shows no lag and no rows, "
            + "and start with the new definition then.";
        var shuffled = Stream("shuffle");
        var waiting = Note(0, 6, [1]) with { Key = new byte[] { (byte)'W', 0, 0, 0, 0, 0, 0, 0, 7 } };
        Decide(Stream("broadcast"), [Note(0, 5, shuffled), waiting]).ShouldBe(Refusal(refusal));
        Decide(Stream("broadcast"), [Note(0, 5, shuffled), waiting, waiting with { Value = null }]).ShouldBeNull();
        Decide(shuffled, [Note(0, 5, shuffled), waiting]).ShouldBeNull();
    }

    [Fact]
    public void ManyChanges_AreCut()
    {
        var before = Definition("account", root: "people");
        var reason = Decide(Definition(stars: "likes", starsKey: "owner"), [Note(0, 5, before)])!;
        reason.ShouldContain("relations.payment.key: was");
        reason.ShouldContain("relations.stars.from: was");
        reason.ShouldContain("relations.stars.key: was");
        reason.ShouldNotContain("root.topic: was");
        reason.ShouldContain(" And 1 more. Nothing has been read or written");
    }

    [Theory]
    [InlineData("{}", "The shape names no entity, or not its kind.")]
    [InlineData("""{"entity":1}""", "Not the shape of a definition's state")]
    public void ShapeThatCannotBeRead_IsNamed(string shape, string reason)
    {
        var note = Note(3, 5, [2, 1, 2, 3, 4, 5, 6, 7, 8, .. Encoding.UTF8.GetBytes(shape)]) with { Offset = 77 };
        Decide(Definition(), [note]).ShouldStartWith($"user-progress-3@77 cannot be read: {reason}");
        Should.Throw<InvalidRequestException>(() => Decide(Definition(), [Note(3, 5, [9]) with { Offset = 78 }]))
            .Message.ShouldBe("user-progress-3@78 cannot be read: format 9 is unknown. A newer version wrote it, or somebody else writes to this topic.");
    }

    [Fact]
    public void ShapeTooLargeForANote_IsNotNoted()
    {
        var large = Definition(more: string.Join("\n  ", Enumerable.Range(0, 600).Select(index => $"{new string('r', 95)}{index}: {{ from: t, key: id, match: m, set: {{ f{index}: v }}, strategy: shuffle }}")));
        new StateCheck(JoinTopology.BuildTopology(large)).IsNoted.ShouldBeFalse();
        new StateCheck(JoinTopology.BuildTopology(Definition())).IsNoted.ShouldBeTrue();
    }

    private static string Refusal(string changes) =>
        $"Entity 'user' (test.yaml): the definition cannot go on with the state that is there. {changes} Nothing has been read or written: the definition of before goes on where it stopped.";

    /// <returns>Why it is refused; null when it goes on.</returns>
    private static string? Decide(EntityDefinition definition, LogRecord[] notes, Remains? remains = null, string topic = "user-progress")
    {
        var check = new StateCheck(JoinTopology.BuildTopology(definition));
        foreach (var note in notes) check.Take(topic, note);
        try
        {
            check.Decide(remains ?? new Remains(null, null));
            return null;
        }
        catch (InvalidRequestException refusal)
        {
            return refusal.Message;
        }
    }

    private static LogRecord Note(int partition, long timestamp, EntityDefinition definition) =>
        Note(partition, timestamp, [2, 1, 2, 3, 4, 5, 6, 7, 8, .. Encoding.UTF8.GetBytes(StateShape.Of(definition))]);

    private static LogRecord Note(int partition, long timestamp, byte[]? value) => new(0, partition, 0, timestamp, "D"u8.ToArray(), OptionalBytes.From(value), []);

    private static EntityDefinition Definition(string key = "id", string stars = "stars", string starsKey = "user", string root = "users", string nested = "broadcast", string format = "json", string more = "") => Load(
        $$"""
        entity: user
        root: { topic: {{root}}, key: id }
        relations:
          stars:
            from: {{stars}}
            format: {{format}}
            key: {{starsKey}}
            match: id
            many: true
            embed: stars
            strategy: shuffle
            relations:
              repo: { from: repos, key: id, match: repoId, set: { repo: name }, strategy: {{nested}} }
          payment: { from: payments, key: {{key}}, match: paymentId, set: { paid: verified }, strategy: shuffle }
          {{more}}
        output: { topic: profiles }
        """);

    private static EntityDefinition Stream(string strategy) => Load(
        $$"""
        entity: user
        root: { topic: logins, kind: stream }
        relations:
          payment: { from: payments, key: id, match: paymentId, set: { paid: verified }, strategy: {{strategy}} }
        output: { topic: profiles }
        """);

    private static EntityDefinition Load(string text)
    {
        var result = DefinitionLoader.LoadText(text, "test.yaml");
        result.Problems.ShouldBeEmpty();
        return result.Definitions[0];
    }

    /// <summary>Null: all of them.</summary>
    private sealed class Remains(string[]? records, string[]? positions) : IStateRemains
    {
        public bool HoldsRecords(string topic) => records is null || records.Contains(topic, StringComparer.Ordinal);

        public bool HasPosition(string topic) => positions is null || positions.Contains(topic, StringComparer.Ordinal);
    }
}
