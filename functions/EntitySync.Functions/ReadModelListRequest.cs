using System.Globalization;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Facts;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;

namespace EntitySync.Functions;

/// <summary>The parameters of a list of rows: <c>index</c>, <c>key</c>, <c>from</c>, <c>to</c>, <c>order</c>, or <c>list=rows</c> for all; <c>limit</c>, <c>pageToken</c>.</summary>
internal sealed record ReadModelListRequest(string? Index, string? Key, string? From, string? To, bool IsDescending, int Limit, string? PageToken, bool IsOfAll)
{
    private const int UsualLimit = 50;
    private const int LargestLimit = 500;

    /// <returns>What is wrong; null when nothing is, as far as the request alone tells.</returns>
    public static string? Read(Request request, out ReadModelListRequest list)
    {
        list = new ReadModelListRequest(null, null, null, null, false, UsualLimit, null, false);
        foreach (var (name, value) in request.QueryStringParameters ?? new Dictionary<string, string>())
        {
            if (Take(name, value, ref list) is { } error) return error;
        }

        if (list.IsOfAll && list.Index is not null) return "list=rows lists all rows and index those of one value: one of them.";
        if (list.IsOfAll && (list.Key ?? list.From ?? list.To) is not null) return "key, from and to are for the list of an index: ?index=NAME&key=VALUE.";
        if (list.IsOfAll && list.IsDescending) return "The list of all rows has no order.";
        if (!list.IsOfAll && list.Index is null) return "Say which list: ?index=NAME&key=VALUE, or ?list=rows for all rows.";
        return list.Index is not null && list.Key is null ? "The list of an index is of one value: &key=VALUE." : null;
    }

    /// <summary>The query for a version: its index, and numbers as the index has them.</summary>
    /// <param name="live">The definition that the version was made with.</param>
    /// <param name="deployed">The one that is deployed.</param>
    /// <param name="query">The query.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public string? Resolve(ReadModelDefinition live, ReadModelDefinition deployed, out RowQuery query)
    {
        query = new RowQuery(null, Key, From, To, IsDescending, Limit, PageToken);
        if (Index is null) return null;
        if (live.Indexes.FirstOrDefault(index => index.Name == Index) is not { } found)
        {
            if (deployed.Indexes.Any(index => index.Name == Index)) return $"Index '{Index}' is in the definition that is deployed, and there once the read model is rebuilt; GET /read-models/{deployed.ReadModel} says how.";
            return $"There is no index '{Index}'; there are: {(live.Indexes.IsEmpty ? "none" : string.Join(", ", live.Indexes.Select(index => index.Name)))}.";
        }

        query = query with { Index = found };
        if (!found.SortsNumbers) return null;
        var (from, to) = (Number(From), Number(To));
        query = query with { From = from, To = to };
        if (From is not null && from is null) return NoNumber("from", From, found);
        return To is not null && to is null ? NoNumber("to", To, found) : null;
    }

    private static string? Take(string name, string value, ref ReadModelListRequest list)
    {
        switch (name)
        {
            case "index": list = list with { Index = value }; return null;
            case "key": list = list with { Key = value }; return CheckText(name, value);
            case "from": list = list with { From = value }; return CheckText(name, value);
            case "to": list = list with { To = value }; return CheckText(name, value);
            case "pageToken": list = list with { PageToken = value }; return null;
            case "list": list = list with { IsOfAll = true }; return value == "rows" ? null : $"list is '{value}'; rows is expected.";
            case "order": list = list with { IsDescending = value == "descending" }; return value is "ascending" or "descending" ? null : $"order is '{value}'; ascending or descending is expected.";
            case "limit":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > LargestLimit) return $"limit is '{value}'; a whole number from 1 to {LargestLimit} is expected.";
                list = list with { Limit = limit };
                return null;
            default: return $"'{name}' is no parameter of a list; there are index, key, from, to, order, list, limit and pageToken.";
        }
    }

    private static string? CheckText(string name, string value) => Encoding.UTF8.GetByteCount(value) switch
    {
        0 => $"{name} is empty.",
        > IndexText.MaximumBytes => $"{name} has more than {IndexText.MaximumBytes} bytes in UTF-8; no row is listed under such a value.",
        _ => null,
    };

    private static string NoNumber(string name, string value, ReadModelIndex index) => $"{name} is '{value}'; index '{index.Name}' is in the order of numbers.";

    // Only what JSON calls a number.
    private static string? Number(string? text)
    {
        if (text is null) return null;
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(text);
            return json.RootElement.ValueKind == System.Text.Json.JsonValueKind.Number ? IndexText.OfNumber(Encoding.UTF8.GetBytes(json.RootElement.GetRawText())) : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
