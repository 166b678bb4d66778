using System.Text;
using System.Text.RegularExpressions;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Replay;

/// <summary>What a request must be, whatever the store holds.</summary>
internal static partial class ReplayRequestRules
{
    /// <summary>The request with its replay id, distinct ids and without empty members; and the definition it is about.</summary>
    /// <exception cref="InvalidRequestException">Names every mistake, in words for the person who started the replay.</exception>
    public static (EntityDefinition Definition, ReplayRequest Request) Accept(ReplayRequest request, string replayId, EntityCatalog catalog)
    {
        var definition = catalog.TryGet(request.Entity, out var found) ? found : null;
        var problems = new List<string?> { IdProblem(replayId), EntityProblem(request.Entity, definition, catalog) };
        problems.AddRange(WhatProblems(request));
        problems.AddRange(CauseProblems(request, definition));
        problems.Add(RateProblem(request));

        var messages = problems.OfType<string>().ToList();
        if (messages.Count > 0) throw new InvalidRequestException(string.Join(" ", messages));
        return (definition!, Normalise(request, replayId));
    }

    /// <exception cref="InvalidRequestException">The action is not known, or the request says more than the action takes.</exception>
    public static void CheckAction(ReplayRequest request)
    {
        if (request.Action is not { } action) return;
        var problems = new List<string?> { request.ReplayId is { } replayId ? IdProblem(replayId) : $"action '{Cut(action)}' needs the replayId of the replay it is about.", ActionProblem(request, action), RateProblem(request) };
        var messages = problems.OfType<string>().ToList();
        if (messages.Count > 0) throw new InvalidRequestException(string.Join(" ", messages));
    }

    private static string? ActionProblem(ReplayRequest request, string action)
    {
        if (!ReplayActions.All.Contains(action, StringComparer.Ordinal)) return $"action '{Cut(action)}' is not known; allowed: {string.Join(", ", ReplayActions.All)}. Leave it out to start a replay.";
        var more = new[]
        {
            request.Entity.Length > 0 ? "entity" : null, request.Where is null ? null : "where", request.Ids is null ? null : "ids", request.Causes is null ? null : "causes",
            request.RatePerSecond is null || action == ReplayActions.Resume ? null : "ratePerSecond",
        }.OfType<string>().ToList();
        return more.Count == 0 ? null : $"action '{action}' takes {(action == ReplayActions.Resume ? "replayId and ratePerSecond" : "replayId")} only; found {string.Join(", ", more)}.";
    }

    private static string? RateProblem(ReplayRequest request) => request.RatePerSecond is < 1 or > ReplayOptions.MaximumRatePerSecond
        ? $"ratePerSecond is {request.RatePerSecond}; allowed: 1 to {ReplayOptions.MaximumRatePerSecond}."
        : null;

    public static string? IdProblem(string replayId) => ReplayId().IsMatch(replayId)
        ? null
        : $"replayId '{Cut(replayId)}' is not usable; allowed: 1 to 80 of A-Z a-z 0-9 . _ -";

    private static string? EntityProblem(string entity, EntityDefinition? definition, EntityCatalog catalog)
    {
        if (entity.Length == 0) return $"entity is missing; known: {catalog.Names}.";
        if (definition is null) return catalog.DescribeUnknown(entity);
        return definition.Replay is null ? $"entity '{entity}' has no 'replay' in its definition, so there is no id source to page." : null;
    }

    private static IEnumerable<string?> WhatProblems(ReplayRequest request)
    {
        var ids = request.Ids;
        if (ids is { Count: > 0 } && request.Where is { Length: > 0 }) yield return "ids and where exclude each other: the ids are taken as they are.";
        if (ids is { Count: > 0 } && request.Causes is { Count: > 0 }) yield return "ids and causes exclude each other: the ids are taken as they are.";
        if (ids is { Count: 0 }) yield return "ids is an empty list; leave it out to replay all.";
        if (ids is { Count: > ReplayOptions.MaximumIds }) yield return $"ids lists {ids.Count}; at most {ReplayOptions.MaximumIds} are allowed, use where for more.";
        if (ids is not null && ids.Any(id => string.IsNullOrEmpty(id) || Encoding.UTF8.GetByteCount(id) > ReplayOptions.MaximumIdBytes))
        {
            yield return $"an id in ids is empty or longer than {ReplayOptions.MaximumIdBytes} bytes.";
        }

        if (request.Where is { } where && (string.IsNullOrWhiteSpace(where) || where.Length > ReplayOptions.MaximumWhereLength))
        {
            yield return $"where is blank or longer than {ReplayOptions.MaximumWhereLength} characters.";
        }
    }

    private static IEnumerable<string?> CauseProblems(ReplayRequest request, EntityDefinition? definition)
    {
        if (definition?.Replay is null || request.Causes is not { Count: > 0 } causes) yield break;
        if (causes.Any(cause => string.IsNullOrEmpty(cause.Table) || string.IsNullOrEmpty(cause.Key)))
        {
            yield return "a cause has no table or no key.";
            yield break;
        }

        var tables = definition.LookedUp().Select(relation => relation.From).Distinct(StringComparer.Ordinal).ToList();
        var strangers = causes.Select(cause => cause.Table).Except(tables, StringComparer.Ordinal).ToList();
        if (strangers.Count > 0)
        {
            yield return $"causes name {string.Join(", ", strangers.Select(Cut))}, which '{definition.Entity}' does not look up; it looks up: {string.Join(", ", tables)}.";
        }
    }

    private static ReplayRequest Normalise(ReplayRequest request, string replayId) => request with
    {
        ReplayId = replayId,
        Ids = request.Ids?.Distinct(StringComparer.Ordinal).ToList(),
        Causes = request.Causes is { Count: > 0 } causes ? causes : null,
    };

    private static string Cut(string text) => text.Length <= 80 ? text : text[..80] + "…";

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,80}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ReplayId();
}
