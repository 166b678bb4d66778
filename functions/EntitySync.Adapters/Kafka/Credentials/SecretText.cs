using System.Text.Json;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>A user and its password. Not a record: those print themselves.</summary>
internal sealed class UserPassword(string user, string password)
{
    public string User => user;

    public string Password => password;
}

/// <summary>A client certificate with its chain, its private key, and the password of an encrypted key; all PEM.</summary>
internal sealed class ClientCertificate(string certificate, string privateKey, string? privateKeyPassword)
{
    public string Certificate => certificate;

    public string PrivateKey => privateKey;

    public string? PrivateKeyPassword => privateKeyPassword;
}

/// <summary>Reads the forms of secrets, which are those that Lambda's event sources read too. No message repeats anything of the text.</summary>
internal static class SecretText
{
    private const string CertificateHead = "-----BEGIN CERTIFICATE-----";

    /// <exception cref="FormatException">Another form.</exception>
    public static UserPassword UserPassword(string text)
    {
        const string Expected = """{"username":"...","password":"..."} is expected, both not empty.""";
        var members = Members(text) ?? throw new FormatException(Expected);
        return members.GetValueOrDefault("username") is { Length: > 0 } user && members.GetValueOrDefault("password") is { Length: > 0 } password
            ? new UserPassword(user, password)
            : throw new FormatException(Expected);
    }

    /// <exception cref="FormatException">Another form.</exception>
    public static ClientCertificate ClientCertificate(string text)
    {
        const string Expected = """{"certificate":"...","privateKey":"...","privateKeyPassword":"..."} is expected, the first two in PEM, the last only with an encrypted key.""";
        var members = Members(text) ?? throw new FormatException(Expected);
        return members.GetValueOrDefault("certificate") is { } certificate && certificate.Contains(CertificateHead, StringComparison.Ordinal)
            && members.GetValueOrDefault("privateKey") is { } key && key.Contains("PRIVATE KEY-----", StringComparison.Ordinal)
            ? new ClientCertificate(certificate, key, members.GetValueOrDefault("privateKeyPassword") is { Length: > 0 } password ? password : null)
            : throw new FormatException(Expected);
    }

    /// <summary>The PEM itself, or <c>{"certificate":"..."}</c>, as an event source wants it.</summary>
    /// <exception cref="FormatException">Another form.</exception>
    public static string CaCertificate(string text)
    {
        var pem = Members(text) is { } members ? members.GetValueOrDefault("certificate") : text;
        return pem is not null && pem.Contains(CertificateHead, StringComparison.Ordinal)
            ? pem
            : throw new FormatException("""certificates in PEM are expected, or {"certificate":"..."} with them.""");
    }

    /// <returns>The members that are text; null when the text is no JSON object.</returns>
    private static Dictionary<string, string>? Members(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var members = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.String) members[member.Name] = member.Value.GetString()!;
            }

            return members;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
