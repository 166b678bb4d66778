using EntitySync.Core.Errors;

namespace EntitySync.Core.Feeds;

/// <summary>The full pages of a feed do not belong to its topic as it is now: it was made anew, or the definition names another one. No page is given out then; a person must decide.</summary>
public sealed class FeedMismatchException(string feed, string reason) : EntitySyncException(
    $"Feed '{feed}' cannot be served: {reason}. Its full pages never change, so it takes another name; or, when no reader or cache holds the old pages any more, delete the items of '{feed}' in the table of feeds, and its pages begin anew.")
{
}
