namespace EntitySync.Core.Definitions;

/// <summary>A topic that is served as an Atom feed, as a file of <c>kind: feed</c> declares it. Nothing else is: a topic without such a file cannot be read over HTTP.</summary>
/// <param name="Feed">Name of the feed, in its address; also of the topic unless <paramref name="Topic"/> is given.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Title">Title for people.</param>
/// <param name="PageSize">Entries of an archive page. Pages that are full already keep theirs.</param>
/// <param name="SourceFile">File the definition came from, for messages.</param>
public sealed record FeedDefinition(string Feed, string Topic, string Title, int PageSize, string SourceFile = "");
