using System.Security.Cryptography;
using System.Text;

namespace EntitySync.IntegrationTests.Kafka.Security;

/// <summary>The broker's side of one SCRAM-SHA-512 exchange (RFC 5802).</summary>
/// <param name="passwordOf">Null for an unknown user.</param>
internal sealed class ScramServer(Func<string, string?> passwordOf)
{
    private const int Iterations = 4096;
    private static readonly byte[] Salt = "salt of the test"u8.ToArray();

    private string _clientFirst = "";
    private string _serverFirst = "";
    private string? _user;

    public bool HasUser => _user is not null;

    public string User => _user ?? "";

    /// <returns>The answer to the client's message; null when the client is not who it says. The second answer ends the exchange.</returns>
    public byte[]? Answer(byte[] message) => _user is null ? First(Encoding.UTF8.GetString(message)) : Final(Encoding.UTF8.GetString(message));

    private byte[] First(string message)
    {
        _clientFirst = message["n,,".Length..];
        var fields = Fields(_clientFirst);
        _user = fields['n'];
        _serverFirst = $"r={fields['r']}server,s={Convert.ToBase64String(Salt)},i={Iterations}";
        return Encoding.UTF8.GetBytes(_serverFirst);
    }

    private byte[]? Final(string message)
    {
        if (passwordOf(_user!) is not { } password) return null;
        var withoutProof = message[..message.LastIndexOf(",p=", StringComparison.Ordinal)];
        var proof = Convert.FromBase64String(message[(withoutProof.Length + 3)..]);
        var exchange = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{withoutProof}");
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), Salt, Iterations, HashAlgorithmName.SHA512, 64);
        var storedKey = SHA512.HashData(HMACSHA512.HashData(salted, "Client Key"u8));
        var signature = HMACSHA512.HashData(storedKey, exchange);
        var clientKey = proof.Zip(signature, (one, other) => (byte)(one ^ other)).ToArray();
        if (!SHA512.HashData(clientKey).SequenceEqual(storedKey)) return null;
        return Encoding.UTF8.GetBytes("v=" + Convert.ToBase64String(HMACSHA512.HashData(HMACSHA512.HashData(salted, "Server Key"u8), exchange)));
    }

    private static Dictionary<char, string> Fields(string message) => message.Split(',').ToDictionary(field => field[0], field => field[2..]);
}
