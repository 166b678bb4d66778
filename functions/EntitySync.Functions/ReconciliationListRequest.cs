using System.Globalization;
using EntitySync.Core.Reconciliation;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;

namespace EntitySync.Functions;

/// <summary>Reads the parameters of a list of reconciliations: <c>status</c>, <c>limit</c>, <c>pageToken</c>.</summary>
internal static class ReconciliationListRequest
{
    private const int UsualLimit = 50;
    private const int LargestLimit = 500;

    private static readonly Dictionary<string, ReconciliationStatus> Statuses = Enum.GetValues<ReconciliationStatus>().ToDictionary(ReconciliationView.NameOf, StringComparer.Ordinal);

    private static string StatusNames => string.Join(", ", Statuses.Keys);

    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(string entity, Request request, out ReconciliationQuery query)
    {
        query = new ReconciliationQuery(entity, default, null, UsualLimit, null);
        foreach (var (name, value) in request.QueryStringParameters ?? new Dictionary<string, string>())
        {
            var error = name switch
            {
                "status" => Status(value, ref query),
                "limit" => Limit(value, ref query),
                "pageToken" => PageToken(value, ref query),
                _ => $"'{name}' is no parameter of this list; there are status, limit and pageToken.",
            };
            if (error is not null) return error;
        }

        return request.QueryStringParameters?.ContainsKey("status") == true ? null : $"The list is of one status; say which: ?status=overdue, or one of {StatusNames}.";
    }

    private static string? Status(string value, ref ReconciliationQuery query)
    {
        if (!Statuses.TryGetValue(value, out var status)) return $"'{value}' is no status; there are {StatusNames}.";
        query = query with { Status = status };
        return null;
    }

    private static string? Limit(string value, ref ReconciliationQuery query)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > LargestLimit) return $"limit is '{value}'; a whole number from 1 to {LargestLimit} is expected.";
        query = query with { Limit = limit };
        return null;
    }

    private static string? PageToken(string value, ref ReconciliationQuery query)
    {
        query = query with { PageToken = value };
        return null;
    }
}
