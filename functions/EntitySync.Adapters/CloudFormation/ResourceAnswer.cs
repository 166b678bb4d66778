using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Adapters.CloudFormation;

/// <summary>The answer to a request.</summary>
/// <param name="Failure">Why it failed, for the person who deploys; null when it did not.</param>
/// <param name="Data">What the template may read with Fn::GetAtt; none with a failure.</param>
public sealed record ResourceAnswer(string? Failure, IReadOnlyDictionary<string, string> Data)
{
    /// <summary>The most that CloudFormation takes.</summary>
    public const int MaximumBytes = 4096;

    private const string DataName = "Data"; // Fn::GetAtt looks there, whatever the property here is called
    private const string Cut = "...";
    private const int LongestEscape = 6;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ResourceAnswer Failed(string reason) => new(reason, new Dictionary<string, string>());

    /// <summary>As JSON in UTF-8. A reason that is too long is cut at its end.</summary>
    /// <param name="logPlace">Where more is written: the name of the log stream.</param>
    public byte[] Write(ResourceRequest request, string logPlace)
    {
        var reason = Failure;
        while (true)
        {
            var body = Write(request, logPlace, reason);
            var excess = body.Length - MaximumBytes;
            if (excess <= 0 || string.IsNullOrEmpty(reason) || reason == Cut) return body;
            reason = Shorter(reason, (excess + LongestEscape - 1) / LongestEscape);
        }
    }

    private static string Shorter(string reason, int by)
    {
        var kept = reason.EndsWith(Cut, StringComparison.Ordinal) ? reason[..^Cut.Length] : reason;
        var length = Math.Max(0, kept.Length - Math.Max(by, 1));
        if (length > 0 && char.IsHighSurrogate(kept[length - 1])) length--;
        return kept[..length] + Cut;
    }

    private byte[] Write(ResourceRequest request, string logPlace, string? reason)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Writing))
        {
            json.WriteStartObject();
            json.WriteString("Status", Failure is null ? "SUCCESS" : "FAILED");
            if (reason is not null) json.WriteString("Reason", $"{reason} (log stream {logPlace})");
            json.WriteString("PhysicalResourceId", request.PhysicalResourceId);
            json.WriteString("StackId", request.StackId);
            json.WriteString("RequestId", request.RequestId);
            json.WriteString("LogicalResourceId", request.LogicalResourceId);
            if (Data.Count > 0)
            {
                json.WriteStartObject(DataName);
                foreach (var (name, value) in Data) json.WriteString(name, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }
}
