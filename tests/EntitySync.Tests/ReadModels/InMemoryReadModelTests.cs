using EntitySync.Core.ReadModels;
using EntitySync.Testing;

namespace EntitySync.Tests.ReadModels;

public sealed class InMemoryReadModelTableTests : ReadModelTableContract
{
    protected override Task<IReadModelTable> TableAsync()
    {
        var table = new InMemoryReadModelTable();
        table.Create(Version);
        return Task.FromResult<IReadModelTable>(table);
    }
}

public sealed class InMemoryReadModelRegistryTests : ReadModelRegistryContract
{
    protected override Task<IReadModelRegistry> RegistryAsync() => Task.FromResult<IReadModelRegistry>(new InMemoryReadModelRegistry());
}
