using System.Net;
using System.Text;

namespace EntitySync.Benchmarks.ColdStart;

/// <summary>Answers DynamoDB's calls with nothing found, at once.</summary>
internal sealed class TableStandIn : IDisposable
{
    private readonly HttpListener _listener = new();

    public TableStandIn()
    {
        Port = FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = AnswerAsync();
    }

    public int Port { get; }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var call = await _listener.GetContextAsync();
                var answer = Encoding.UTF8.GetBytes(call.Request.Headers["X-Amz-Target"]?.Split('.')[1] switch
                {
                    "Query" or "Scan" => """{"Count":0,"Items":[],"ScannedCount":0}""",
                    "BatchGetItem" => """{"Responses":{"delivery-classes":[{"name":{"S":"express"},"minimumTime":{"N":"1"},"maximumTime":{"N":"2"}}]},"UnprocessedKeys":{}}""",
                    _ => "{}",
                });
                call.Response.ContentType = "application/x-amz-json-1.0";
                call.Response.ContentLength64 = answer.Length;
                await call.Response.OutputStream.WriteAsync(answer);
                call.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed: the run is over.
        }
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
