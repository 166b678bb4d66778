using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;
using EntitySync.Testing;

namespace EntitySync.Tests.Simulation;

/// <summary>Situations in which the foreign-key join of Kafka Streams went wrong, in our terms and for both of our strategies.</summary>
public sealed class KafkaStreamsRaceTests
{
    private const string Answers = "thing-r0-answers";
    private const string Questions = "thing-r0-questions";
    private const string Rows = "thing-r0-rows";

    /// <summary>
    /// KAFKA-16394: a left join that changed its foreign key emitted an extra "nothing" for the old key, and a deleted root two tombstones.
    /// Ours: one output for the change, one for the deletion.
    /// </summary>
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void ChangedForeignKeyAndDeletion_EmitOnceEach(Strategy strategy)
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, strategy));
        scenario.Related("ra", Row("ra", "a", 1)).Settle().Root("e", Entity("a")).Settle().Root("e", Entity("b")).Settle().Root("e", null).Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"a","t0":1,"k0":"ra"}""", """e {"id":"e","f0":"b"}""", "e null"]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>
    /// KAFKA-16407 (and KAFKA-16434): an inner join ignored a root whose previous foreign key was null, and kept the old result when the key became null.
    /// Ours: null to value joins; value to null emits the root without the row's fields.
    /// </summary>
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void ForeignKeyFromAndToNull_IsFollowed(Strategy strategy)
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, strategy));
        scenario.Related("ra", Row("ra", "a", 1)).Settle();
        scenario.Root("e", """{"id":"e","f0":null}""").Settle().Root("e", Entity("a")).Settle().Root("e", """{"id":"e"}""").Settle().Root("e", Entity("a")).Settle();
        scenario.Outputs.ShouldBe(
        [
            """e {"id":"e","f0":null}""", """e {"id":"e","f0":"a","t0":1,"k0":"ra"}""", """e {"id":"e"}""", """e {"id":"e","f0":"a","t0":1,"k0":"ra"}""",
        ]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>
    /// KAFKA-18713: changing a foreign key asked both the old and the new side for a response; when the old side's "nothing" came last, it stayed.
    /// Ours: the new value's answer is taken first, the old value's unsubscription is worked off after it.
    /// </summary>
    [Fact]
    public void OldValueAnsweredLast_DoesNotWin()
    {
        using var scenario = new Scenario(TwoRelatedPartitions());
        scenario.Related("ra", Row("ra", "a", 1)).Related("rb", Row("rb", "b", 2)).Settle().Root("e", Entity("a")).Settle();
        scenario.Root("e", Entity("b")).Take(DefinitionGrid.RootTopic);
        var values = scenario.World.Log.Topic(Questions).Length;
        values.ShouldBe(2);
        TakeQuestionOf(scenario, "b");
        scenario.Take(Answers).Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"a","t0":1,"k0":"ra"}""", """e {"id":"e","f0":"b","t0":2,"k0":"rb"}"""]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>
    /// KAFKA-9244: a changed foreign key left the old subscription behind, so changes of the old row still reached the entity.
    /// Ours: after the change nobody asks for the old value, and a change of its row emits nothing.
    /// </summary>
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void OldValueAfterAChange_IsNotSubscribed(Strategy strategy)
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, strategy));
        scenario.Related("ra", Row("ra", "a", 1)).Settle().Root("e", Entity("a")).Settle().Root("e", Entity("b")).Settle().Related("ra", Row("ra", "a", 2)).Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"a","t0":1,"k0":"ra"}""", """e {"id":"e","f0":"b"}"""]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>
    /// KIP-962: roots without a foreign key were dropped by left joins. Ours: they are emitted at once, with the relation's missing rule, and wait for nobody.
    /// </summary>
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void RootWithoutForeignKey_IsEmittedByTheMissingRule(Strategy strategy)
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, strategy, missing: SampleDefinitions.MissingSet(("t0", "\"none\""))));
        scenario.Root("e", """{"id":"e"}""").Take(DefinitionGrid.RootTopic);
        scenario.Outputs.ShouldBe(["""e {"id":"e","t0":"none"}"""]);
        scenario.Root("f", """{"id":"f","f0":null}""").Take(DefinitionGrid.RootTopic);
        scenario.Outputs.ShouldBe(["""e {"id":"e","t0":"none"}""", """f {"id":"f","f0":null,"t0":"none"}"""]);
        scenario.Settle().Problems.ShouldBeEmpty();
    }

    /// <summary>
    /// KIP-213's first race: the foreign key goes from a to b and back to a before anything is answered. The answer to the first question must not be taken
    /// for the answer to the last.
    /// </summary>
    [Fact]
    public void AwayAndBackBeforeTheFirstAnswer_EmitsTheLastRootOnce()
    {
        using var scenario = new Scenario(TwoRelatedPartitions());
        scenario.Related("ra", Row("ra", "a", 1)).Related("rb", Row("rb", "b", 2)).Settle();
        scenario.Root("e", Entity("a", 1)).Take(DefinitionGrid.RootTopic);
        TakeQuestionOf(scenario, "a");
        scenario.Root("e", Entity("b", 2)).Take(DefinitionGrid.RootTopic).Root("e", Entity("a", 3)).Take(DefinitionGrid.RootTopic);
        scenario.Related("ra", Row("ra", "a", 9)).Take("related0").Take(Rows);
        scenario.Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"a","n":3,"t0":9,"k0":"ra"}"""]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>
    /// KIP-213's second race: the root changes, but not its foreign key, while an answer is under way. The older root must not be emitted with the answer,
    /// and the newer not twice.
    /// </summary>
    [Fact]
    public void RootChangesWhileItsAnswerIsUnderWay_EmitsTheNewRootOnce()
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, Strategy.Shuffle));
        scenario.Related("ra", Row("ra", "a", 1)).Settle();
        scenario.Root("e", Entity("a", 1)).Take(DefinitionGrid.RootTopic).Take(Questions);
        scenario.Root("e", Entity("a", 2)).Take(DefinitionGrid.RootTopic).Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"a","n":2,"t0":1,"k0":"ra"}"""]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>KIP-213's third race: a root is deleted and comes back while the answer of its first life is under way.</summary>
    [Fact]
    public void DeletedAndBackWhileAnAnswerIsUnderWay_EndsWithTheNewLife()
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, Strategy.Shuffle));
        scenario.Related("ra", Row("ra", "a", 1)).Settle();
        scenario.Root("e", Entity("a", 1)).Take(DefinitionGrid.RootTopic).Take(Questions);
        scenario.Root("e", null).Take(DefinitionGrid.RootTopic).Related("ra", Row("ra", "a", 2)).Take("related0").Take(Rows);
        scenario.Root("e", Entity("a", 3)).Take(DefinitionGrid.RootTopic).Settle();
        scenario.Outputs.ShouldBe(["e null", """e {"id":"e","f0":"a","n":3,"t0":2,"k0":"ra"}"""]);
        scenario.Problems.ShouldBeEmpty();
    }

    /// <summary>Values a and b belong to different partitions, so that their answers may come in any order.</summary>
    private static SimulationCase TwoRelatedPartitions() => new()
    {
        Definition = DefinitionGrid.Entity([DefinitionGrid.Relation(0, Strategy.Shuffle)]),
        Partitions = 1,
        RelatedPartitions = 2,
        Nodes = 1,
        HasFaults = false,
    };

    private static void TakeQuestionOf(Scenario scenario, string value)
    {
        var node = scenario.World.Nodes[0];
        var (_, take) = node.Readable().First(readable => readable.Record.Position.Topic == Questions && readable.Record.Key![0] == (byte)value[0]);
        take();
        node.Commit();
    }

    private static string Entity(string value, int? number = null) => $$"""{"id":"e","f0":"{{value}}"{{(number is null ? "" : $",\"n\":{number}")}}}""";

    private static string Row(string key, string value, int text) => $$"""{"rid":"{{key}}","v":"{{value}}","t":{{text}}}""";
}
