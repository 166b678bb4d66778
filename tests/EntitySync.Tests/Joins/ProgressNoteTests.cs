using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins;

public sealed class ProgressNoteTests
{
    [Theory]
    [InlineData("", "01", "1 bytes are expected, 0 are left")]
    [InlineData("58", "01", "kind 88 is unknown")]
    [InlineData("44", "", "1 bytes are expected, 0 are left")]
    [InlineData("44", "0300", "format 3 is unknown")]
    [InlineData("44", "0200", "8 bytes are expected, 1 are left")]
    [InlineData("44", "01000000000000000000", "1 bytes too many")]
    [InlineData("44", "01", "8 bytes are expected, 0 are left")]
    [InlineData("50", "", "1 bytes are expected, 0 are left")]
    [InlineData("50", "0180", "a number is cut off")]
    [InlineData("430161", "010000", "9 bytes are expected, 2 are left")]
    [InlineData("430161", "0100000000000000000000", "1 bytes too many")]
    [InlineData("526b", "010561", "5 bytes are expected, 1 are left")]
    [InlineData("4501", "0100", "1 bytes too many")]
    [InlineData("5700000000000000", "01", "8 bytes are expected, 7 are left")]
    [InlineData("570000000000000007ff", "01", "1 bytes too many")]
    [InlineData("570000000000000007", "02", "format 2 is unknown")]
    [InlineData("570000000000000007", "01010561", "5 bytes are expected, 1 are left")]
    [InlineData("570000000000000007", "0100ffffffff07", "2147483647 headers are expected, 0 bytes are left")]
    [InlineData("570000000000000007", "0100010561", "5 bytes are expected, 1 are left")]
    public void NoteThatCannotBeRead_StopsTheTaskAndIsNamed(string key, string value, string reason)
    {
        using var task = NewTask(new JoinCounts());
        Should.Throw<InvalidRequestException>(() => task.Restore(Note(7, Convert.FromHexString(key), Convert.FromHexString(value))))
            .Message.ShouldBe($"item-progress-0@7 cannot be read: {reason}. A newer version wrote it, or somebody else writes to this topic.");
    }

    [Fact]
    public void ReplaysThatWaitedBeforeTheRestart_AreLookedAtInBoundedSteps()
    {
        var counts = new JoinCounts();
        using var task = NewTask(counts);
        for (var entity = 0; entity < 3; entity++) task.Restore(Note(entity, [(byte)'R', (byte)entity], [1, 2, (byte)'{', (byte)'}']));
        task.CompleteRestore();

        (task.Fanout(2), counts.UnknownIds, task.HasFanout).ShouldBe((2, 2, true));
        (task.Fanout(2), counts.UnknownIds, task.HasFanout).ShouldBe((1, 3, false));
    }

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void DefinitionThatHasChanged_IsToldOnceForEachPartition(Strategy strategy)
    {
        const string warning = "The definition of item has changed since the state was written: outputs of unchanged entities stay as they are until a replay refreshes them";
        var log = new RecordingLogger();
        var before = SampleDefinitions.Item(strategy: strategy);
        var after = before with { Relations = [before.Relations[0] with { Missing = MissingRule.Omit }] };
        using var driver = new TopologyDriver(before, partitions: 2, logger: log);
        for (var key = 0; key < 8; key++) driver.Root($"k{key}", $$"""{"sku":"k{{key}}"}""");
        driver.Restart(before with { Replay = null });
        log.Lines.ShouldBeEmpty();

        driver.Restart(after);
        driver.Root("k0", """{"sku":"k0","v":2}""");
        log.Lines.ShouldBe([warning, warning]);
        driver.Restart();
        log.Lines.Count.ShouldBe(2);
    }

    private static LogRecord Note(long offset, byte[] key, byte[] value) => new(
        JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: Strategy.Shuffle)).RootPart.IndexOf(SourceRole.Progress), 0, offset, Timestamp: 0, key, value, []);

    private static JoinTask NewTask(JoinCounts counts)
    {
        var topology = JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: Strategy.Shuffle));
        var ports = new TaskPorts(topology.Topics.ToDictionary(topic => topic, _ => 1), new NoSink(), counts, NullLogger.Instance, TimeProvider.System);
        return JoinTask.Create(topology, topology.RootPart, 0, ports);
    }

    private sealed class NoSink : IEmissionSink
    {
        public void Emit(in Emission emission) => throw new InvalidOperationException(Encoding.UTF8.GetString(emission.Key));

        public void Send(in InternalRecord record) => throw new InvalidOperationException(record.Topic);

        public void DeadLetter(OutgoingRecord record) => throw new InvalidOperationException(record.Topic);
    }
}
