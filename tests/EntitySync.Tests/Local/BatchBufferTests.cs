using EntitySync.Local.EventSources;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Local;

public sealed class BatchBufferTests
{
    private readonly StoppedClock _clock = new();

    [Fact]
    public void Batch_IsDueWhenItsOldestRecordWaitedForTheWindow()
    {
        var buffer = Buffer(size: 10, bytes: 1);
        buffer.IsDue.ShouldBeFalse();
        buffer.Add("a");
        _clock.Advance(TimeSpan.FromMilliseconds(600));
        buffer.Add("b");
        buffer.IsDue.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(400));
        buffer.IsDue.ShouldBeTrue();
        buffer.Take().ShouldBe(["a", "b"]);
        (buffer.IsDue, buffer.Count).ShouldBe((false, 0));
    }

    [Fact]
    public void Batch_IsDueWhenItIsFull()
    {
        var buffer = Buffer(size: 2, bytes: 1);
        buffer.Add("a");
        buffer.Add("b");
        buffer.Add("c");
        buffer.IsDue.ShouldBeTrue();
        buffer.Take().ShouldBe(["a", "b"]);
        buffer.IsDue.ShouldBeFalse();
        buffer.Count.ShouldBe(1);
    }

    [Fact]
    public void Batch_StaysBelowTheSizeOfAnEvent()
    {
        var buffer = Buffer(size: 10, bytes: BatchBuffer<string>.MaximumEventBytes / 2);
        foreach (var record in new[] { "a", "b", "c" }) buffer.Add(record);
        buffer.IsDue.ShouldBeTrue();
        buffer.Take().ShouldBe(["a", "b"]);
        buffer.IsDue.ShouldBeFalse();
        buffer.Take().ShouldBe(["c"]);
    }

    [Fact]
    public void RecordLargerThanAnEvent_GoesAlone()
    {
        var buffer = Buffer(size: 10, bytes: BatchBuffer<string>.MaximumEventBytes + 1);
        buffer.Add("a");
        buffer.Add("b");
        buffer.Take().ShouldBe(["a"]);
        buffer.Take().ShouldBe(["b"]);
    }

    [Fact]
    public void RemovedRecords_NoLongerCount()
    {
        var buffer = Buffer(size: 2, bytes: 1);
        buffer.Add("a");
        buffer.Add("b");
        buffer.RemoveAll(record => record == "a");
        buffer.IsFull.ShouldBeFalse();
        buffer.Take().ShouldBe(["b"]);
    }

    private BatchBuffer<string> Buffer(int size, int bytes) => new(SourceSettings.Batch() with { BatchSize = size, BatchingWindow = TimeSpan.FromSeconds(1) }, _ => bytes, _clock);

    private sealed class StoppedClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
