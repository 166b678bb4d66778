using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Messages;

/// <summary>Words for mistakes in the input of a state machine, as a person typed it.</summary>
internal static class RequestProperties
{
    private const int Longest = 60;

    /// <returns>Null for a property that is nobody's business.</returns>
    public static string? Unknown(string name, string[] known) => name switch
    {
        // The Step Functions console offers a comment as its sample input; the service adds its own names to nested starts.
        "Comment" or "comment" => null,
        _ when name.StartsWith("AWS_", StringComparison.Ordinal) => null,
        _ => $"'{name}' is not known; allowed: {string.Join(", ", known)}.{(DidYouMean.Nearest(name, known) is { } meant ? $" Did you mean '{meant}'?" : "")}",
    };

    /// <returns>Null when it is <paramref name="allowed"/>.</returns>
    public static string? Unless(JsonProperty property, bool allowed, string expected) => allowed ? null : $"'{property.Name}' must be {expected}; found {Describe(property.Value)}.";

    public static string Describe(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
