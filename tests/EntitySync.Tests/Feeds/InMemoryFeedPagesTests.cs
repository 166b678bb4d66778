using EntitySync.Core.Feeds;
using EntitySync.Testing;

namespace EntitySync.Tests.Feeds;

public sealed class InMemoryFeedPagesTests : FeedPagesContract
{
    protected override Task<IFeedPages> PagesAsync() => Task.FromResult<IFeedPages>(new InMemoryFeedPages());
}
