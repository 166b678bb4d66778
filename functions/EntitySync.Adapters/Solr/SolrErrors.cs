using System.Net;
using System.Text;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.Solr;

/// <summary>A failure that may pass, with the wait that Solr asked for.</summary>
internal sealed class SolrRetryException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>Sorts Solr's answers: what to try again, and what to tell a person.</summary>
internal static class SolrErrors
{
    private const int Shown = 200;
    private const int Longest = 500;

    /// <summary>
    /// Overloaded, timed out and broken servers (408, 429, 5xx) may recover. Everything else but success is about the request. A success that is not
    /// Solr's JSON is sorted by <see cref="NotJson"/>.
    /// </summary>
    public static Exception Sort(HttpStatusCode status, ReadOnlySpan<byte> body, TimeSpan? retryAfter, string what)
    {
        var reason = $"{what}: {(int)status} {(SolrAnswer.ReadError(body) is { } said ? Cut(said) : Beginning(body))}";
        return (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            ? new SolrRetryException(reason, retryAfter)
            : new InvalidRequestException(reason);
    }

    /// <summary>
    /// A success with HTML or cut-off JSON comes from a proxy, a login or maintenance page, or a broken connection in front of Solr. It passes more
    /// often than not, so it is tried again; if it stays, the replay fails with the page's first words.
    /// </summary>
    public static SolrRetryException NotJson(ReadOnlySpan<byte> body, string what, Exception inner) =>
        new($"{what}: the answer is not Solr's JSON ({Cut(inner.Message)}): {Beginning(body)}", null, inner);

    // What Solr or a proxy says has no bound of its own, and goes to the log and into the replay's item.
    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "…";

    private static string Beginning(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, Shown)]);
        return body.IsEmpty ? "(empty)" : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
