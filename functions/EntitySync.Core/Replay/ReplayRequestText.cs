using System.Text.Json;

namespace EntitySync.Core.Replay;

/// <summary>Requests in words: one line for the progress item, and what differs between two of them.</summary>
internal static class ReplayRequestText
{
    private const int Listed = 3;
    private const string Rate = "ratePerSecond";

    public static string Summary(ReplayRequest request) => string.Join(", ", Members(request).Where(member => member.Value != "none").Select(member => $"{member.Name}: {member.Value}"));

    /// <summary>Sentences that name each difference; empty when the two ask for the same ids. The rate may be another each time.</summary>
    public static IReadOnlyList<string> Differences(ReplayRequest stored, ReplayRequest now) =>
        [.. Members(stored).Zip(Members(now), (before, after) => (before, after))
            .Where(pair => pair.before.Name != Rate && !Same(pair.before, pair.after))
            .Select(pair => $"{pair.before.Name} was {pair.before.Value}, now {pair.after.Value}")];

    private static bool Same(Member left, Member right) => left.Exact == right.Exact;

    private static IEnumerable<Member> Members(ReplayRequest request) =>
    [
        new("entity", request.Entity, request.Entity),
        new("where", request.Where is null ? "none" : $"'{request.Where}'", request.Where ?? ""),
        new("ids", Shorten(request.Ids), JsonSerializer.Serialize(request.Ids?.ToArray() ?? [], ReplayTextJson.Default.StringArray)),
        new(Rate, request.RatePerSecond?.ToString() ?? "none", request.RatePerSecond?.ToString() ?? ""),
        new("causes", Shorten(request.Causes?.Select(cause => $"{cause.Table}/{cause.Key}@{cause.Version}").ToList()),
            JsonSerializer.Serialize(request.Causes?.ToArray() ?? [], ReplayTextJson.Default.ReplayCauseArray)),
    ];

    private static string Shorten(IReadOnlyList<string>? list) => list is null or { Count: 0 }
        ? "none"
        : $"{list.Count} ({string.Join(", ", list.Take(Listed))}{(list.Count > Listed ? ", …" : "")})";

    private sealed record Member(string Name, string Value, string Exact);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
[System.Text.Json.Serialization.JsonSerializable(typeof(ReplayCause[]))]
internal sealed partial class ReplayTextJson : System.Text.Json.Serialization.JsonSerializerContext;
