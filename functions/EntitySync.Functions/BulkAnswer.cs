using System.Text;
using EntitySync.Core.ReferenceTables;
using Response = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyResponse;

namespace EntitySync.Functions;

/// <summary>
/// The answer to many rows, one result a line. Keys are repeated in it and escaped, which may make them several times as long as they came: beyond what a function may answer
/// the caller would get an error for rows that were written. So keys are left out then (the line's number says which it is), and reasons where even that is too much.
/// </summary>
internal static class BulkAnswer
{
    private const string NoReason = "Refused; send this line alone to see why.";

    /// <summary>As text a body is escaped once more on its way; a larger one goes in base64.</summary>
    private const int LargestText = 1_000_000;

    /// <summary>In base64 it must stay below the 6 MB that a function may answer.</summary>
    private const int LargestBody = 4_400_000;

    public static Response Of(IReadOnlyList<BulkLineResult> results)
    {
        var text = Text(results);
        if (text.Length > LargestBody) text = Text(results.Select(result => result with { Key = null }));
        if (text.Length > LargestBody) text = Text(results.Select(result => result with { Key = null, Error = result.IsSuccess ? null : NoReason }));
        var status = results.All(result => result.IsSuccess) ? 200 : 207;
        var isText = text.Length <= LargestText;
        var answer = HttpAnswer.Of(status, "application/x-ndjson", isText ? Encoding.UTF8.GetString(text) : Convert.ToBase64String(text));
        answer.IsBase64Encoded = !isText;
        return answer;
    }

    private static byte[] Text(IEnumerable<BulkLineResult> results) => Encoding.UTF8.GetBytes(string.Concat(results.Select(result => result.ToJson(HttpAnswer.Relaxed) + "\n")));
}
