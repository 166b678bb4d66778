using System.Text.Json;
using EntitySync.Adapters;

namespace EntitySync.JoinHost;

/// <summary>
/// <c>EntitySync.JoinHost --health</c>: asks <c>/health</c> of the container it runs in and exits with 0 or 1. For ECS and Docker: the image has no shell and no curl.
/// Not readiness: a container that restores for minutes is a healthy one, and replacing it would only make it restore again.
/// </summary>
public static class HealthCommand
{
    public const string Argument = "--health";

    private const int LongestAnswer = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <returns>The exit code; why it is 1 is written to <paramref name="log"/>.</returns>
    public static async Task<int> RunAsync(EntitySyncSettings settings, TextWriter log)
    {
        if (settings.JoinHttpPort == 0)
        {
            await log.WriteLineAsync("JOIN_HTTP_PORT is 0: the health command cannot know which port the system has chosen.");
            return 1;
        }

        return await AskAsync(new Uri($"http://127.0.0.1:{settings.JoinHttpPort}/health"), log);
    }

    private static async Task<int> AskAsync(Uri address, TextWriter log)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout, MaxResponseContentBufferSize = LongestAnswer };
        try
        {
            using var response = await client.GetAsync(address);
            if (response.IsSuccessStatusCode) return 0;
            await log.WriteLineAsync($"{address} answers {(int)response.StatusCode}: {Problems(await response.Content.ReadAsByteArrayAsync())}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await log.WriteLineAsync($"{address} does not answer: {failure.Message}");
        }

        return 1;
    }

    private static string Problems(byte[] body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            return string.Join("; ", answer.RootElement.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()));
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "not the answer of a join container";
        }
    }
}
