using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EntitySync.IntegrationTests.Kafka.Security;

/// <summary>
/// A peer that speaks just enough of Kafka over TLS to let clients in or not: ApiVersions, SaslHandshake, SaslAuthenticate, and Metadata of a cluster without topics
/// for those who are in. Librdkafka's own mock cluster knows neither TLS nor SASL.
/// </summary>
internal sealed class GuardedBroker : IAsyncDisposable
{
    private const short NoError = 0, UnsupportedMechanism = 33, AuthenticationFailed = 58;
    private const short MetadataKey = 3, SaslHandshakeKey = 17, ApiVersionsKey = 18, SaslAuthenticateKey = 36;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly Task _accepting;

    public GuardedBroker(X509Certificate2 certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Users and passwords (SCRAM-SHA-512).</summary>
    public ConcurrentDictionary<string, string> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>Subjects of certificates that are let in; null: none is asked for.</summary>
    public Func<string, bool>? AdmitsSubject { get; set; }

    /// <summary>Says whether a token (OAUTHBEARER) is good; null: none is.</summary>
    public Func<string, bool>? AdmitsToken { get; set; }

    /// <summary>How long a client may stay before it must prove itself again, in milliseconds; 0: for ever.</summary>
    public long SessionMilliseconds { get; set; }

    /// <summary>One for each attempt: who came how, and whether it was let in.</summary>
    public ConcurrentQueue<(string Who, bool IsIn)> Attempts { get; } = new();

    public string Address => $"localhost:{Port}";

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true) clients.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(clients);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(ServerOptions(), _stop.Token);
            var session = new Session(this);
            while (await ReadAsync(stream) is { } request)
            {
                if (session.Answer(request) is { } answer) await stream.WriteAsync(answer, _stop.Token);
                if (session.IsOver) return;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or AuthenticationException or SocketException)
        {
            // The client is gone or was refused.
        }
    }

    private SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificate = _certificate,
        ClientCertificateRequired = AdmitsSubject is not null,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            if (AdmitsSubject is not { } admits) return true;
            var subject = certificate?.Subject ?? "nobody";
            var isIn = admits(subject);
            Attempts.Enqueue((subject, isIn));
            return isIn;
        },
    };

    private async Task<byte[]?> ReadAsync(SslStream stream)
    {
        var head = new byte[4];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, _stop.Token) < head.Length) return null;
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return body;
    }

    /// <summary>One connection.</summary>
    private sealed class Session(GuardedBroker broker)
    {
        private ScramServer? _scram;
        private string _mechanism = "";
        private bool _isIn = broker.AdmitsToken is null && broker.Users.IsEmpty;

        public bool IsOver { get; private set; }

        public byte[]? Answer(byte[] request)
        {
            var reader = new WireReader(request);
            var (key, version, correlation) = (reader.Int16(), reader.Int16(), reader.Int32());
            reader.Text(); // the client's name
            var answer = new WireWriter().Int32(correlation);
            switch (key)
            {
                case ApiVersionsKey:
                    ApiVersions(answer, version);
                    break;
                case SaslHandshakeKey:
                    _mechanism = reader.Text()!;
                    _scram = new ScramServer(user => broker.Users.GetValueOrDefault(user));
                    var isKnown = _mechanism is "SCRAM-SHA-512" or "OAUTHBEARER";
                    answer.Int16(isKnown ? NoError : UnsupportedMechanism).Int32(2).Text("SCRAM-SHA-512").Text("OAUTHBEARER");
                    break;
                case SaslAuthenticateKey:
                    Authenticate(answer, version, reader.Bytes());
                    break;
                case MetadataKey when _isIn:
                    answer.Int32(1).Int32(1).Text("localhost").Int32(broker.Port).Text(null).Int32(1).Int32(0);
                    break;
                default:
                    IsOver = true; // as a broker does with requests of strangers
                    return null;
            }

            return answer.Framed();
        }

        private static void ApiVersions(WireWriter answer, short version)
        {
            (short Key, short Highest)[] keys = [(MetadataKey, 1), (SaslHandshakeKey, 1), (ApiVersionsKey, 3), (SaslAuthenticateKey, 1)];
            answer.Int16(NoError);
            if (version < 3)
            {
                answer.Int32(keys.Length);
                foreach (var (key, highest) in keys) answer.Int16(key).Int16(key == MetadataKey ? (short)1 : (short)0).Int16(highest);
                if (version > 0) answer.Int32(0);
                return;
            }

            answer.Byte((byte)(keys.Length + 1));
            foreach (var (key, highest) in keys) answer.Int16(key).Int16(key == MetadataKey ? (short)1 : (short)0).Int16(highest).Byte(0);
            answer.Int32(0).Byte(0);
        }

        private void Authenticate(WireWriter answer, short version, byte[] message)
        {
            var reply = _mechanism == "OAUTHBEARER" ? Token(Encoding.UTF8.GetString(message)) : Scram(message);
            answer.Int16(reply is null ? AuthenticationFailed : NoError).Text(reply is null ? "Authentication failed" : null).Bytes(reply ?? []);
            if (version > 0) answer.Int64(broker.SessionMilliseconds);
            IsOver = reply is null;
        }

        private byte[]? Token(string message)
        {
            const string Head = "auth=Bearer ";
            var start = message.IndexOf(Head, StringComparison.Ordinal) + Head.Length;
            var token = message[start..message.IndexOf('\u0001', start)];
            _isIn = broker.AdmitsToken?.Invoke(token) ?? false;
            broker.Attempts.Enqueue((token, _isIn));
            return _isIn ? [] : null;
        }

        private byte[]? Scram(byte[] message)
        {
            var isFinal = _scram!.HasUser;
            var reply = _scram.Answer(message);
            if (!isFinal) return reply;
            _isIn = reply is not null;
            broker.Attempts.Enqueue((_scram.User, _isIn));
            return reply;
        }
    }
}
