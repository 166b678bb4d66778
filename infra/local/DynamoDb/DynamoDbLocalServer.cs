using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.Local.DynamoDb;

/// <summary>
/// Amazon's own emulator with its streams, in memory, on a loopback port that the system chose. With <c>DYNAMODB_ENDPOINT</c> set nothing is
/// started and that endpoint is used.
/// </summary>
public sealed class DynamoDbLocalServer : IAsyncDisposable
{
    private const int StartAttempts = 5;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(100);

    private readonly ChildProcess? _process;

    private DynamoDbLocalServer(Uri endpoint, ChildProcess? process)
    {
        Endpoint = endpoint;
        _process = process;
    }

    public Uri Endpoint { get; }

    /// <summary>Completes with the emulator's last lines should it end by itself; never completes for an endpoint of the user's own.</summary>
    public Task<ChildDeath> Ended => _process?.Ended ?? new TaskCompletionSource<ChildDeath>().Task;

    /// <exception cref="SetupException">It did not start or did not answer in time; the message holds its last lines.</exception>
    public static async Task<DynamoDbLocalServer> StartAsync(RunGuard run, CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable("DYNAMODB_ENDPOINT") is { Length: > 0 } own) return new DynamoDbLocalServer(new Uri(own), null);
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var child = ChildProcess.Start(run, Command(port, run.Folder));
            var endpoint = new Uri($"http://127.0.0.1:{port}");
            try
            {
                var death = await WaitUntilReadyAsync(endpoint, child, cancellationToken);
                if (death is null) return new DynamoDbLocalServer(endpoint, child);
                // Somebody else may have taken the port between our asking and its binding.
                if (attempt == StartAttempts || !death.LastLines.Any(line => line.Contains("BindException", StringComparison.Ordinal) || line.Contains("already in use", StringComparison.Ordinal)))
                    throw new SetupException($"DynamoDB Local did not start. {death}");
                await child.DisposeAsync();
            }
            catch
            {
                await child.DisposeAsync();
                throw;
            }
        }
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ChildCommand Command(int port, string folder)
    {
        var jar = LocalSetup.FindJar(LocalSetup.DynamoDbFolder) ?? throw new SetupException("DynamoDB Local is not set up: LocalSetup.EnsureAsync comes first.");
        var libraries = Path.Combine(Path.GetDirectoryName(jar)!, "DynamoDBLocal_lib");
        return new ChildCommand("DynamoDB Local", "java",
        [
            "-Xmx512m", "-XX:-UsePerfData", $"-Djava.io.tmpdir={folder}", $"-Djava.library.path={libraries}",
            "-jar", jar, "-inMemory", "-sharedDb", "-port", port.ToString(),
        ]);
    }

    private static async Task<ChildDeath?> WaitUntilReadyAsync(Uri endpoint, ChildProcess child, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var timer = new PeriodicTimer(AskEvery);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ReadyWithin);
        try
        {
            while (!child.Ended.IsCompleted)
            {
                if (await AnswersAsync(client, endpoint, deadline.Token)) return null;
                await timer.WaitForNextTickAsync(deadline.Token);
            }

            return await child.Ended;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SetupException($"DynamoDB Local did not answer within {ReadyWithin.TotalSeconds} s. {string.Join(Environment.NewLine, child.LastLines.TakeLast(20))}");
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}")) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", "DynamoDB_20120810.ListTables");
        request.Headers.TryAddWithoutValidation("Authorization",
            "AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0");
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
