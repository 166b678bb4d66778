using System.Net;
using EntitySync.Tests.Feeds;

namespace EntitySync.Tests.Local.Following;

/// <summary>The function as a follower's HTTP client sees it, without a server.</summary>
internal sealed class FeedRigHandler(FeedRig rig) : HttpMessageHandler
{
    /// <summary>Called before each request; what it returns is the answer, null lets the function answer.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Before { get; set; } = _ => null;

    /// <summary>Called with each answer.</summary>
    public Action<HttpRequestMessage, HttpResponseMessage> After { get; set; } = (_, _) => { };

    /// <summary>Paths asked for and how they were answered: <c>/feeds/shop/1 200</c>.</summary>
    public List<string> Log { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (Before(request) is not { } response)
        {
            var answer = await rig.SendAsync(path, request.Method.Method, [.. request.Headers.Select(header => (header.Key, string.Join(", ", header.Value)))]);
            response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new ByteArrayContent(answer.Body) };
            foreach (var (name, value) in answer.Headers) _ = response.Headers.TryAddWithoutValidation(name, value) || response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        Log.Add($"{path} {(int)response.StatusCode}");
        After(request, response);
        return response;
    }
}
