using System.Net.Sockets;
using EntitySync.Local.Processes;

namespace EntitySync.IntegrationTests.Feeds;

/// <summary>nginx as a caching proxy, with a folder of its own and a socket in it, so that no port is taken.</summary>
internal sealed class NginxCache : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);

    private readonly string _folder;
    private readonly ChildProcess _process;

    private NginxCache(string folder, ChildProcess process) => (_folder, _process) = (folder, process);

    /// <summary>The program; null when this machine has none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);

    public static async Task<NginxCache> StartAsync(RunGuard run, Uri origin)
    {
        var folder = Directory.CreateTempSubdirectory("nginx-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              proxy_cache_path cache keys_zone=feeds:1m;
              server {
                listen unix:{{folder}}/socket;
                location / {
                  proxy_pass {{origin.GetLeftPart(UriPartial.Authority)}};
                  proxy_cache feeds;
                  add_header X-Cache $upstream_cache_status always;
                }
              }
            }
            """);
        var command = new ChildCommand("nginx", Program!, ["-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", Path.Combine(folder, "nginx.conf")]);
        var cache = new NginxCache(folder, ChildProcess.Start(run, command));
        try
        {
            await cache.ReadyAsync();
            return cache;
        }
        catch
        {
            await cache.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client that reaches the cache whatever host its addresses name.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler { ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(cancellationToken), ownsSocket: true) });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadyAsync()
    {
        using var deadline = new CancellationTokenSource(ReadyWithin);
        while (true)
        {
            if (_process.Ended.IsCompleted) throw new InvalidOperationException((await _process.Ended).ToString());
            try
            {
                (await ConnectAsync(deadline.Token)).Dispose();
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
            }
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, "socket")), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
