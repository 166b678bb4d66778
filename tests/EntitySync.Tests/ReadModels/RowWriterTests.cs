using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels;

namespace EntitySync.Tests.ReadModels;

public sealed class RowWriterTests
{
    private readonly ReadModelRig _rig = new();

    [Fact]
    public async Task TenEventsOfARow_CostOneReadAndOneWrite()
    {
        var result = await _rig.LiveAsync([.. Enumerable.Range(0, 5).SelectMany(number => (ReadModelRig.Event[])[_rig.Order("o-1", "tagged", $"\"tag\":{number}"), _rig.Payment("o-1", "1.5")])]);

        result.Counts.ShouldBe(new RowBatchCounts(10, 0, 1, 1, 0));
        (_rig.Table.RowsRead, _rig.Table.Writes, _rig.Table.Refused).ShouldBe((1, 1, 0));
        _rig.Row("o-1").ShouldBe("""{"tags":[0,1,2,3,4],"paid":7.5,"payments":5}""");
    }

    [Fact]
    public async Task Rows_AreReadInChunks_AndWrittenOnceEach()
    {
        await _rig.LiveAsync([.. Enumerable.Range(0, 250).Select(number => _rig.Payment($"o-{number % 125}", "1"))]);

        (_rig.Table.Reads, _rig.Table.RowsRead, _rig.Table.Writes).ShouldBe((2, 125, 125));
    }

    [Fact]
    public async Task EventsThatComeAgain_WriteNothing()
    {
        ReadModelRig.Event[] events = [_rig.Payment("o-1", "1"), _rig.Payment("o-2", "2"), _rig.Order("o-1", "deleted")];
        await _rig.LiveAsync(events);

        foreach (var origin in (EventOrigin[])[EventOrigin.Live, EventOrigin.Fill, EventOrigin.Fill])
        {
            var writes = _rig.Table.Writes;
            (await _rig.ApplyAsync(origin, events)).Counts.ShouldBe(new RowBatchCounts(3, 3, 2, 0, 0));
            _rig.Table.Writes.ShouldBe(writes);
        }
    }

    [Fact]
    public async Task LiveEventsAhead_AndARebuildThatOvertakesThem_CountOnce()
    {
        var events = Enumerable.Range(0, 10).Select(number => _rig.Payment("o-1", $"1e{number}")).ToArray();
        await _rig.LiveAsync(events[4..6]);
        _rig.Row("o-1").ShouldBe("""{"paid":110000,"payments":2}""");
        await _rig.LiveAsync(events[..7]); // what is before them is the rebuild's
        _rig.Row("o-1").ShouldBe("""{"paid":1110000,"payments":3}""");
        await _rig.FillAsync(events[..5]);
        _rig.Row("o-1").ShouldBe("""{"paid":1111111,"payments":7}""");
        await _rig.FillAsync(events[2..9]);
        _rig.Row("o-1").ShouldBe("""{"paid":111111111,"payments":9}""");
        await _rig.LiveAsync(events[5..]);
        _rig.Row("o-1").ShouldBe("""{"paid":1111111111,"payments":10}""");
    }

    [Fact]
    public async Task RowThatCannotBeWritten_FailsAlone_AndKeepsItsOrder()
    {
        _rig.Table.Writing = (_, row) => row.Key == "o-1" ? throw new TransientException("throttled") : Task.CompletedTask;
        ReadModelRig.Event[] events = [_rig.Order("o-2", "placed"), _rig.Order("o-1", "placed", "\"total\":1"), _rig.Order("o-2", "changed"), _rig.Order("o-1", "placed", "\"total\":2"), _rig.Payment("o-1", "5")];
        var result = await _rig.LiveAsync(events);

        MessageReference.FirstOfEach(result.Failed).Select(position => position.ToString()).ShouldBe(["order-events-0@1", "order-payments-0@0"]);
        result.Counts.ShouldBe(new RowBatchCounts(5, 0, 2, 2, 1));
        (_rig.Row("o-1"), _rig.Row("o-2")).ShouldBe(("none", """{"history":[{"what":"placed","by":"system"},{"what":"changed","by":"system"}]}"""));

        _rig.Table.Writing = (_, _) => Task.CompletedTask;
        (await _rig.LiveAsync(events[1..])).Counts.ShouldBe(new RowBatchCounts(4, 1, 2, 1, 0));
        _rig.Row("o-1").ShouldBe("""{"total":2,"history":[{"what":"placed","by":"system"},{"what":"placed","by":"system"}],"paid":5,"payments":1}""");
    }

    [Fact]
    public async Task RowsThatCannotBeRead_ComeAgain_OthersGoOn()
    {
        var rig = new ReadModelRig(options: new RowWriterOptions { ChunkRows = 1 });
        rig.Table.Reading = (_, keys) => keys.Contains("o-2") ? throw new TransientException("throttled") : Task.CompletedTask;
        var result = await rig.LiveAsync(rig.Payment("o-1", "1"), rig.Payment("o-2", "2"), rig.Payment("o-3", "3"));

        result.Failed.Select(reference => reference.Position.Offset).ShouldBe([1]);
        (rig.Row("o-1"), rig.Row("o-2"), rig.Row("o-3")).ShouldBe(("""{"paid":1,"payments":1}""", "none", """{"paid":3,"payments":1}"""));
    }

    [Fact]
    public async Task WhenTimeIsUp_TheFirstChunkIsDone_TheRestComesAgain()
    {
        var rig = new ReadModelRig(options: new RowWriterOptions { ChunkRows = 1 });
        var result = await rig.ApplyAsync(EventOrigin.Live, [rig.Payment("o-1", "1"), rig.Payment("o-2", "2"), rig.Payment("o-3", "3"), rig.Payment("o-1", "4")], () => false);

        result.Failed.Select(reference => reference.Position.Offset).ShouldBe([1, 2]);
        (rig.Row("o-1"), rig.Row("o-2")).ShouldBe(("""{"paid":5,"payments":2}""", "none"));
    }

    [Fact]
    public async Task RowThatAnotherWriterChanged_IsFoldedAgain()
    {
        var others = new Queue<ReadModelRig.Event>([_rig.Order("o-1", "placed", "\"total\":1"), _rig.Order("o-1", "changed", "\"carrier\":\"DHL\"")]);
        var isOther = false;
        _rig.Table.Writing = async (_, _) =>
        {
            if (isOther || !others.TryDequeue(out var other)) return;
            isOther = true;
            await _rig.LiveAsync(other);
            isOther = false;
        };
        var result = await _rig.LiveAsync(_rig.Payment("o-1", "5"));

        (result.Failed.Count, result.Counts.Writes, _rig.Table.Writes, _rig.Table.Refused).ShouldBe((0, 3, 5, 2));
        _rig.Row("o-1").ShouldBe("""{"total":1,"carrier":"DHL","history":[{"what":"placed","by":"system"},{"what":"changed","by":"system"}],"paid":5,"payments":1}""");
    }

    [Fact]
    public async Task RowThatOthersNeverStopChanging_ComesAgain()
    {
        var isOther = false;
        _rig.Table.Writing = async (_, _) =>
        {
            if (isOther) return;
            isOther = true;
            await _rig.LiveAsync(_rig.Order("o-1", "placed"));
            isOther = false;
        };
        var result = await _rig.LiveAsync(_rig.Payment("o-1", "5"));

        (result.Failed.Count, result.Counts.Writes).ShouldBe((1, 100));
    }

    [Fact]
    public async Task BatchesSideBySide_LoseNothing()
    {
        var events = Enumerable.Range(0, 8).Select(partition => Enumerable.Range(0, 50).Select(offset => _rig.Payment($"o-{offset % 5}", "1")).ToArray()).ToArray();
        await Task.WhenAll(events.Select((each, partition) => Task.Run(async () =>
        {
            foreach (var batch in each.Chunk(7))
            {
                var records = batch.Select(one => one.Record).ToList();
                var result = await _rig.Writer.ApplyAsync(ReadModelRig.Version, _rig.Model, [new("order-payments", partition, records)], EventOrigin.Live, () => true, CancellationToken.None);
                result.Failed.ShouldBeEmpty();
            }
        })));

        for (var row = 0; row < 5; row++) _rig.Row($"o-{row}").ShouldBe("""{"paid":80,"payments":80}""");
    }

    [Fact]
    public async Task EventThatMakesTheRowTooLarge_IsLeftOut_OthersAreApplied()
    {
        var large = $"\"tag\":\"{new string('x', 150_000)}\"";
        var result = await _rig.LiveAsync(_rig.Order("o-1", "tagged", large), _rig.Order("o-1", "tagged", large), _rig.Order("o-1", "tagged", "\"tag\":1"), _rig.Order("o-2", "tagged", "\"tag\":2"));

        ReadModelRig.Bad(result).Select(bad => bad[..60]).ShouldBe(["order-events-0@1: row 'o-1' would have 600153 bytes with a d"], "the item has the value in its facts and in its document");
        _rig.Row("o-1").Length.ShouldBe(150_000 + """{"tags":["",1]}""".Length);
        _rig.Row("o-2").ShouldBe("""{"tags":[2]}""");
        result.Counts.ShouldBe(new RowBatchCounts(4, 0, 2, 6, 0));
    }

    [Fact]
    public async Task VersionWithoutTable_IsSaid() =>
        await Should.ThrowAsync<VersionGoneException>(() => _rig.Writer.ApplyAsync(new ReadModelVersionId("orders", 2), _rig.Model, ReadModelRig.Partitions([_rig.Payment("o-1", "1")]), EventOrigin.Live, () => true, CancellationToken.None));

    [Fact]
    public async Task TopicThatTheVersionDoesNotRead_IsPassedOver() =>
        (await _rig.LiveAsync(_rig.Next("shipments", "o-1", "{}"))).Counts.ShouldBe(default);

    [Fact]
    public async Task DeletedRowThatTheTableForgot_BeginsAnew()
    {
        await _rig.LiveAsync(_rig.Order("o-1", "placed"), _rig.Order("o-1", "deleted"));
        _rig.Clock.Advance(TimeSpan.FromDays(31));
        _rig.Table.Expire(_rig.Clock.GetUtcNow());
        await _rig.LiveAsync(_rig.Order("o-1", "tagged", "\"tag\":1"));

        (_rig.Row("o-1"), _rig.Table.Find(ReadModelRig.Version, "o-1")!.Revision).ShouldBe(("""{"tags":[1]}""", 1));
    }
}
