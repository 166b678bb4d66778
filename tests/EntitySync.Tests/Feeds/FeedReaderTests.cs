using EntitySync.Core.Errors;
using EntitySync.Core.Feeds;

namespace EntitySync.Tests.Feeds;

public sealed class FeedReaderTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(19, 0, 19)]
    [InlineData(20, 1, 10)]
    [InlineData(29, 1, 19)]
    [InlineData(30, 2, 10)]
    [InlineData(1_000, 99, 10)]
    public async Task PagesAreSealed_SoThatOneToTwoPagesStay(int records, int pages, int newest)
    {
        var rig = new FeedRig();
        rig.Append(0, records);

        var page = await rig.NewestAsync();
        page.Entries.Count.ShouldBe(newest);
        page.Previous.ShouldBe(pages == 0 ? null : pages);
        (page.Number, page.Missing.Length).ShouldBe((null, 0));
        rig.Pages.Runs("shop").Sum(run => run.Count).ShouldBe(pages);
    }

    [Fact]
    public async Task Backlog_IsSealedWithOneWrite()
    {
        var rig = new FeedRig(pageSize: 100, partitions: 3);
        for (var partition = 0; partition < 3; partition++) rig.Topics.Skip(FeedRig.Topic, partition, 3_333_334);

        (await rig.NewestAsync()).Previous.ShouldBe(99_999);
        rig.Pages.Writes.ShouldBe(1);
    }

    [Fact]
    public async Task Boundaries_StayWhileTheTopicGrows()
    {
        var rig = new FeedRig(partitions: 3);
        var (before, seen) = (new Dictionary<long, string>(), 0L);
        var random = new Random(1);
        for (var round = 0; round < 60; round++)
        {
            rig.Append(random.Next(3), random.Next(40));
            var newest = await rig.NewestAsync();
            for (var page = 1L; page <= (newest.Previous ?? 0); page++)
            {
                var atom = System.Text.Encoding.UTF8.GetString(FeedRig.Atom((await rig.ArchiveAsync(page))!));
                if (before.TryGetValue(page, out var known)) atom.ShouldBe(known);
                before[page] = atom;
            }

            seen = newest.Previous ?? 0;
        }

        seen.ShouldBeGreaterThan(80);
    }

    [Fact]
    public async Task EveryRecord_IsOnExactlyOnePage_InTheOrderOfItsPartition()
    {
        var rig = new FeedRig(pageSize: 7, partitions: 4);
        foreach (var (partition, count) in (ReadOnlySpan<(int, int)>)[(0, 5), (1, 200), (3, 33), (0, 1), (1, 50), (3, 100)]) rig.Append(partition, count);
        await rig.NewestAsync();
        rig.Append(0, 60);
        rig.Append(2, 1);

        var newest = await rig.NewestAsync();
        var places = new List<string>();
        for (var page = 1L; page <= newest.Previous; page++) places.AddRange(FeedRig.Places(await rig.ArchiveAsync(page)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse());
        places.AddRange(FeedRig.Places(newest).Split(' ').Reverse());
        foreach (var (partition, count) in (ReadOnlySpan<(int, int)>)[(0, 66), (1, 250), (2, 1), (3, 133)])
        {
            places.Where(place => place.StartsWith($"{partition}/", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, count).Select(offset => $"{partition}/{offset}"));
        }
    }

    [Fact]
    public async Task Entries_AreMergedByTime_ButNeverAgainstTheirPartition()
    {
        var rig = new FeedRig(partitions: 2);
        rig.Append(0, "a", "1", second: 50);
        rig.Append(0, "b", "2", second: 10); // written later, of an earlier time
        rig.Append(1, "c", "3", second: 20);
        rig.Append(1, "d", "4", second: 50);
        rig.Append(1, "e", "5", second: 60);

        FeedRig.Places(await rig.NewestAsync()).ShouldBe("1/2 1/1 0/1 0/0 1/0");
    }

    [Fact]
    public async Task WhatCompactionTook_IsNamed_AndTheOthersStayWhereTheyAre()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        await rig.NewestAsync();
        FeedRig.Places(await rig.ArchiveAsync(2)).ShouldBe("0/19 0/18 0/17 0/16 0/15 0/14 0/13 0/12 0/11 0/10");
        rig.Topics.Remove(FeedRig.Topic, 0, record => record.Offset is 10 or 13 or 14 or 15 or 19);

        var page = (await rig.ArchiveAsync(2))!;
        FeedRig.Places(page).ShouldBe("0/18 0/17 0/16 0/12 0/11");
        FeedRig.Gaps(page).ShouldBe("0/10..10 0/13..15 0/19..19");
        page.MissingCount.ShouldBe(5);
    }

    [Fact]
    public async Task WhatRetentionTook_LeavesThePagesWhereTheyAre()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        await rig.NewestAsync();
        rig.Topics.Truncate(FeedRig.Topic, 0, 15);

        var (gone, half) = ((await rig.ArchiveAsync(1))!, (await rig.ArchiveAsync(2))!);
        (FeedRig.Places(gone), FeedRig.Gaps(gone)).ShouldBe(("", "0/0..9"));
        gone.Updated.ShouldBe(rig.Clock.GetUtcNow()); // when it was fixed
        (FeedRig.Places(half), FeedRig.Gaps(half)).ShouldBe(("0/19 0/18 0/17 0/16 0/15", "0/10..14"));
    }

    [Fact]
    public async Task WhatRetentionTookBeforeItWasOnAPage_IsOnePageThatSaysSo()
    {
        var rig = new FeedRig(partitions: 2);
        rig.Append(0, 25);
        rig.Append(1, 25);
        await rig.NewestAsync();
        var last = rig.Pages.Runs("shop").Single().Last;
        rig.Append(0, 100_000);
        rig.Topics.Truncate(FeedRig.Topic, 0, 99_000);
        rig.Append(0, 5);

        var newest = await rig.NewestAsync();
        var gap = (await rig.ArchiveAsync(last + 1))!;
        gap.Entries.ShouldBeEmpty();
        FeedRig.Gaps(gap).ShouldBe("0/20..98999");
        FeedRig.Places(await rig.ArchiveAsync(last + 2)).ShouldContain("0/99000");
        newest.Previous.ShouldBe(last + 1 + (1035 / 10) - 1);
        rig.Pages.Writes.ShouldBe(3);
    }

    [Fact]
    public async Task TopicThatBeganLater_BeginsWithWhatIsThere()
    {
        var rig = new FeedRig();
        rig.Append(0, 1_000);
        rig.Topics.Truncate(FeedRig.Topic, 0, 975);

        FeedRig.Places(await rig.NewestAsync()).ShouldStartWith("0/999");
        var first = (await rig.ArchiveAsync(1))!;
        (FeedRig.Places(first)[..5], FeedRig.Gaps(first)).ShouldBe(("0/984", ""));
    }

    [Fact]
    public async Task NewPartition_BeginsAtItsFirstRecord()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        await rig.NewestAsync();
        rig.Topics.CreateTopic(FeedRig.Topic, 2);
        rig.Append(1, 30);

        var newest = await rig.NewestAsync();
        var pages = await Task.WhenAll(Enumerable.Range(1, (int)newest.Previous!).Select(page => rig.ArchiveAsync(page)));
        pages.Append(newest).SelectMany(page => page!.Entries).Where(entry => entry.Partition == 1).Select(entry => entry.Offset).Order().ShouldBe(Enumerable.Range(0, 30).Select(offset => (long)offset));
        rig.Pages.Runs("shop").Select(run => run.Parts.Length).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task AnotherPageSize_LeavesFullPagesAsTheyAre()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        await rig.NewestAsync();
        rig.Definition = rig.Definition with { PageSize = 3 };

        (await rig.NewestAsync()).Previous.ShouldBe(5);
        FeedRig.Places(await rig.ArchiveAsync(3)).ShouldBe("0/29 0/28 0/27 0/26 0/25 0/24 0/23 0/22 0/21 0/20");
        FeedRig.Places(await rig.ArchiveAsync(4)).ShouldBe("0/32 0/31 0/30");
    }

    [Fact]
    public async Task LostRace_ReadsThePagesOfTheOther()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        var others = 0;
        rig.Pages.BeforeAdd = async run =>
        {
            if (others++ > 0) return;
            rig.Append(0, 30); // the other one sees more, and divides it otherwise
            await rig.Pages.TryAddAsync("shop", run with { Count = 5, Parts = [new PagePart(0, 0, 50)] }, CancellationToken.None);
        };

        var newest = await rig.NewestAsync();
        rig.Pages.Refused.ShouldBe(1);
        rig.Pages.Runs("shop").Select(run => (run.First, run.Count)).ShouldBe([(1, 5), (6, 1)]);
        (newest.Previous, newest.Entries.Count).ShouldBe((6, 10));
    }

    [Fact]
    public async Task ManyAtOnce_SealEachPageOnce()
    {
        var rig = new FeedRig(partitions: 3);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var turn = 0; turn < 50; turn++) await rig.NewestAsync();
        }));
        var writer = Task.Run(async () =>
        {
            for (var turn = 0; turn < 100; turn++)
            {
                rig.Append(turn % 3, 11);
                await Task.Yield();
            }
        });
        await Task.WhenAll(readers.Append(writer));
        await rig.NewestAsync();

        var runs = rig.Pages.Runs("shop");
        for (var index = 1; index < runs.Count; index++)
        {
            runs[index].First.ShouldBe(runs[index - 1].Last + 1);
            runs[index].Parts.Select(part => part.From).ShouldBe(runs[index - 1].Parts.Select(part => part.To));
        }

        runs[^1].Parts.Sum(part => part.To).ShouldBe(1100 - 10);
    }

    [Fact]
    public async Task TopicMadeAnew_IsNotServed()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        await rig.NewestAsync();
        rig.Topics.CreateTopic(FeedRig.Topic, 1, anew: true);
        rig.Append(0, 25);

        var message = (await Should.ThrowAsync<FeedMismatchException>(rig.NewestAsync)).Message;
        message.ShouldBe("Feed 'shop' cannot be served: partition 0 of topic 'events' ends at offset 25, and full pages have offsets up to 29. The topic has been made anew or has lost records. "
            + "Its full pages never change, so it takes another name; or, when no reader or cache holds the old pages any more, delete the items of 'shop' in the table of feeds, and its pages begin anew.");
        await Should.ThrowAsync<FeedMismatchException>(() => rig.ArchiveAsync(1)); // though all its offsets are there
        await Should.ThrowAsync<FeedMismatchException>(() => rig.Reader.RecordAsync(rig.Definition, 0, 3, CancellationToken.None));
    }

    [Fact]
    public async Task FewerPartitions_OrAnotherTopic_AreNotServed()
    {
        var rig = new FeedRig(partitions: 2);
        rig.Append(1, 40);
        await rig.NewestAsync();
        rig.Topics.CreateTopic("others", 2);
        rig.Definition = rig.Definition with { Topic = "others" };
        (await Should.ThrowAsync<FeedMismatchException>(rig.NewestAsync)).Message.ShouldContain("full pages are of topic 'events', and it is defined for topic 'others'");

        rig.Definition = rig.Definition with { Topic = FeedRig.Topic };
        rig.Topics.CreateTopic(FeedRig.Topic, 1, anew: true);
        (await Should.ThrowAsync<FeedMismatchException>(rig.NewestAsync)).Message.ShouldContain("has no partition 1 any more");
    }

    [Fact]
    public async Task LargeValues_AreReadInPartsAndNotHeld()
    {
        var rig = new FeedRig(pageSize: 50);
        for (var number = 0; number < 60; number++) rig.Append(0, null, new byte[300_000]);

        var page = await rig.NewestAsync();
        page.Entries.Count.ShouldBe(60);
        page.Entries.ShouldAllBe(entry => entry.IsElsewhere && entry.ValueBytes == 300_000 && entry.Value.Length == 0);
        rig.Topics.Requests.Count.ShouldBe(20); // three of them fit into a read
    }

    [Fact]
    public async Task BrokerAway_FailsForNow()
    {
        var rig = new FeedRig();
        rig.Append(0, 40);
        rig.Topics.Gate = _ => throw new TransientException("away");
        await Should.ThrowAsync<TransientException>(rig.NewestAsync);
        rig.Pages.Writes.ShouldBe(0);
    }
}
