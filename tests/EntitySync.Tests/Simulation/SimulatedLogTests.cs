using EntitySync.Core.State;
using EntitySync.Simulation;
using EntitySync.Simulation.Log;

namespace EntitySync.Tests.Simulation;

/// <summary>The simulation proves nothing if its log is kinder than a broker.</summary>
public sealed class SimulatedLogTests
{
    private readonly SimulatedLog _log = new() { Generation = 1 };

    public SimulatedLogTests() => _log.Create("t", 1, isCompacted: true);

    private IEnumerable<string> Visible => _log.Partition("t", 0).ReadAll().Select(record => $"{record.Position.Offset}:{Trace.Show(record.Key)}={Trace.Show(record.Value)}");

    [Fact]
    public void OpenTransaction_HidesItsRecordsAndAllBehindThem()
    {
        var producer = _log.InitProducer("p", isTransactional: true);
        _log.Write("t", "a"u8.ToArray(), "1"u8.ToArray());
        Send(producer, "b", "2");
        _log.Write("t", "c"u8.ToArray(), "3"u8.ToArray());
        Visible.ShouldBe(["0:a=1"]);
        _log.Partition("t", 0).LastStable.ShouldBe(1);

        producer.Commit([new Position("t", 0, 1)], generation: 1);
        Visible.ShouldBe(["0:a=1", "1:b=2", "2:c=3"]);
        _log.Committed("t", 0).ShouldBe(1);
        _log.Partition("t", 0).End.ShouldBe(4, "the end of the transaction takes an offset");
    }

    [Fact]
    public void AbortedTransaction_LeavesAGap()
    {
        var producer = _log.InitProducer("p", isTransactional: true);
        Send(producer, "a", "1");
        producer.Abort();
        _log.Write("t", "b"u8.ToArray(), "2"u8.ToArray());
        Visible.ShouldBe(["2:b=2"]);
        _log.Partition("t", 0).Read(0)!.Position.Offset.ShouldBe(2);
    }

    [Fact]
    public void SecondProducerOfAnId_FencesTheFirstAndAbortsWhatItHadOpen()
    {
        var first = _log.InitProducer("p", isTransactional: true);
        Send(first, "a", "1");
        _log.InitProducer("p", isTransactional: true);
        Should.Throw<FencedException>(() => Send(first, "a", "2"));
        Should.Throw<FencedException>(() => first.Commit([], generation: 1));
        Visible.ShouldBeEmpty();
    }

    [Fact]
    public void MemberThatMissedARebalance_CommitsNothing()
    {
        var producer = _log.InitProducer("p", isTransactional: true);
        Send(producer, "a", "1");
        _log.Generation = 2;
        Should.Throw<FencedException>(() => producer.Commit([new Position("t", 0, 7)], generation: 1));
        Visible.ShouldBeEmpty();
        _log.Committed("t", 0).ShouldBe(0);
        _log.HasOpenTransaction.ShouldBeFalse();
    }

    [Fact]
    public void DeathWithoutTransactions_LosesALastPartOnly()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var log = new SimulatedLog();
            log.Create("t", 1, isCompacted: false);
            var producer = log.InitProducer("p", isTransactional: false);
            foreach (var key in (string[])["0", "1", "2"]) Send(producer, key, "v");
            producer.Die(new Dice(seed));
            log.Partition("t", 0).ReadAll().Select(record => Trace.Show(record.Key)).ShouldBe(((string[])["0", "1", "2"]).Take((int)log.Partition("t", 0).End));
        }
    }

    [Fact]
    public void Compaction_KeepsTheNewestOfEachKeyAndItsOffset()
    {
        foreach (var (key, value) in ((string, string?)[])[("a", "1"), ("b", "2"), ("a", null), ("b", "3"), ("a", "4")])
            _log.Write("t", System.Text.Encoding.UTF8.GetBytes(key), value is null ? null : System.Text.Encoding.UTF8.GetBytes(value));
        var partition = _log.Partition("t", 0);
        partition.Compact(head: 4, tombstonesBelow: 0).ShouldBe(2);
        Visible.ShouldBe(["2:a=null", "3:b=3", "4:a=4"]);
        partition.Compact(head: 4, tombstonesBelow: 4).ShouldBe(1);
        Visible.ShouldBe(["3:b=3", "4:a=4"]);
    }

    private static void Send(SimulatedProducer producer, string key, string value) =>
        producer.Send("t", 0, System.Text.Encoding.UTF8.GetBytes(key), System.Text.Encoding.UTF8.GetBytes(value), [], writer: 1);
}
