using EntitySync.Core.Reconciliation;
using EntitySync.Testing;

namespace EntitySync.Tests.Reconciliation;

public sealed class InMemoryReconciliationTableTests : ReconciliationTableContract
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task WhatHasExpired_IsDeletedWhenTheTestSaysSo()
    {
        var table = new InMemoryReconciliationTable(_clock);
        foreach (var (id, days) in new[] { ("a", 1), ("b", 3) })
        {
            await table.UpdateAsync(new ReconciliationUpdate("e", id, null, [], _clock.GetUtcNow(), _clock.GetUtcNow().AddDays(days)), CancellationToken.None);
        }

        _clock.Advance(TimeSpan.FromDays(2));
        table.Expire();
        table.Items.Select(item => item.Id).ShouldBe(["b"]);
    }

    protected override Task<IReconciliationTable> TableAsync() => Task.FromResult<IReconciliationTable>(new InMemoryReconciliationTable(_clock));
}

public sealed class InMemoryReconciliationTableConditionTests : ReconciliationTableConditions
{
    protected override Task<IReconciliationTable> TableAsync() => Task.FromResult<IReconciliationTable>(new InMemoryReconciliationTable(new TestClock()));
}
