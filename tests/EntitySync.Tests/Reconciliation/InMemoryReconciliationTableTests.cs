using EntitySync.Core.Reconciliation;
using EntitySync.Testing;

namespace EntitySync.Tests.Reconciliation;

public sealed class InMemoryReconciliationTableTests : ReconciliationTableContract
{
    protected override Task<IReconciliationTable> TableAsync() => Task.FromResult<IReconciliationTable>(new InMemoryReconciliationTable(new TestClock()));
}
