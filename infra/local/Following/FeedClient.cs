using System.Net;
using System.Net.Http.Headers;

namespace EntitySync.Local.Following;

/// <summary>What came of a request.</summary>
/// <param name="Body">Null when the representation that is known is still the one, or there is none (404, 204).</param>
public readonly record struct FeedAnswer(HttpStatusCode Status, byte[]? Body, EntityTagHeaderValue? Tag);

/// <summary>GET as a follower needs it: what fails for now is tried again, everything else is told in words.</summary>
/// <param name="attempts">Attempts of one request; each waits twice as long as the one before, or as Retry-After says.</param>
public sealed class FeedClient(HttpClient http, TimeProvider time, int attempts = 8)
{
    private const string JsonFeed = "application/feed+json";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <param name="known">Of the representation that is known already; null for none.</param>
    /// <exception cref="FollowException">The server refuses, or fails again and again.</exception>
    public async Task<FeedAnswer> GetAsync(Uri address, EntityTagHeaderValue? known, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (answer, problem, pause) = await TryAsync(address, known, cancellationToken);
            if (problem is null) return answer;
            if (attempt >= attempts) throw new FollowException($"{address}: {problem}, {attempt} times in a row.");
            var delay = pause ?? FirstPause * Math.Pow(2, attempt - 1);
            await Task.Delay(delay < LongestPause ? delay : LongestPause, time, cancellationToken);
        }
    }

    private async Task<(FeedAnswer Answer, string? Problem, TimeSpan? Pause)> TryAsync(Uri address, EntityTagHeaderValue? known, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(JsonFeed));
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var status = response.StatusCode;
            if (status is HttpStatusCode.OK) return (new FeedAnswer(status, await response.Content.ReadAsByteArrayAsync(cancellationToken), response.Headers.ETag), null, null);
            if (status is HttpStatusCode.NotModified or HttpStatusCode.NoContent or HttpStatusCode.NotFound) return (new FeedAnswer(status, null, known), null, null);
            if ((int)status >= 502 || status is HttpStatusCode.TooManyRequests) return (default, $"answered {(int)status}", response.Headers.RetryAfter?.Delta);
            throw new FollowException($"{address} answered {(int)status}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }
        catch (HttpRequestException exception)
        {
            return (default, exception.Message, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, "no answer in time", null);
        }
    }
}
