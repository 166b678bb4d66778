using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

public sealed class InMemoryReplayStoreTests : ReplayStoreContract
{
    protected override Task<IReplayStore> StoreAsync() => Task.FromResult<IReplayStore>(new InMemoryReplayStore(Clock));
}
