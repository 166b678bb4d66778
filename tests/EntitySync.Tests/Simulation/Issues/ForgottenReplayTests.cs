using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>
/// A replay waited for an answer; the answer came, and before the entity was visited a second replay emitted it. The visit then found nothing changed
/// and the first replay was never answered.
/// </summary>
public sealed class ForgottenReplayTests
{
    [Fact]
    public void SecondReplayBetweenAnswerAndVisit_AnswersTheFirstToo()
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, Strategy.Shuffle, order: PickOrder.Min));
        scenario.Root("e", """{"id":"e","f0":"a"}""").Take(DefinitionGrid.RootTopic);
        Replay(scenario, "first").Take("thing-replay").Take("thing-r0-questions").Take("thing-r0-answers");
        Replay(scenario, "second").Take("thing-replay").Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"a"}""", """e {"id":"e","f0":"a"}"""]);
        scenario.Problems.ShouldBeEmpty();
    }

    private static Scenario Replay(Scenario scenario, string id) => scenario.Write("thing-replay", "e", Encoding.UTF8.GetString(new ReplayMessage(id, []).ToUtf8()));
}
