using System.Text.Json.Nodes;
using EntitySync.Local.Demo;

namespace EntitySync.Local.Reconciling;

/// <summary>Asks the API as anybody would, and compares its answers with what must have become of the entities.</summary>
internal sealed class ApiCheck(Uri api, NaiveRule rule, IReadOnlyDictionary<string, Outcome> outcomes)
{
    private const int Each = 3;
    private static readonly string[] Statuses = ["waiting", "open", "overdue", "complete", "cancelled"];

    /// <summary>Some entities of each status: status, what arrived, what is missing.</summary>
    public async Task<CheckResult> AnswersAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = api };
        var asked = outcomes.Values.GroupBy(outcome => outcome.Status).SelectMany(group => group.OrderBy(outcome => outcome.Id, StringComparer.Ordinal).Take(Each)).ToList();
        var wrong = new List<string>();
        foreach (var outcome in asked)
        {
            var answer = JsonNode.Parse(await http.GetStringAsync($"reconciliations/{rule.Entity}/{outcome.Id}", cancellationToken))!;
            if (Difference(answer, outcome) is { } difference) wrong.Add($"{outcome.Id}: {difference}");
        }

        using var nobody = await http.GetAsync($"reconciliations/{rule.Entity}/nobody-knows", cancellationToken);
        if ((int)nobody.StatusCode != 404) wrong.Add($"an unknown id answers {(int)nobody.StatusCode}");
        return ReconcileCheck.Result($"{rule.Entity}: the API tells of each what was recomputed", wrong, asked.Count + 1);
    }

    /// <summary>The lists of all statuses, page by page.</summary>
    public async Task<CheckResult> ListsAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = api };
        var (wrong, pages) = (new List<string>(), 0);
        foreach (var status in Statuses)
        {
            var wanted = outcomes.Values.Where(outcome => outcome.Status == status).Select(outcome => outcome.Id).Order(StringComparer.Ordinal).ToList();
            var found = new List<string>();
            // Several pages, but not thousands of them.
            var limit = Math.Clamp(wanted.Count / 4, 1, 500);
            string? token = "";
            while (token is not null)
            {
                var page = JsonNode.Parse(await http.GetStringAsync($"reconciliations/{rule.Entity}?status={status}&limit={limit}{token}", cancellationToken))!;
                found.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
                token = page["nextPageToken"] is { } next ? "&pageToken=" + Uri.EscapeDataString((string)next!) : null;
                pages++;
            }

            if (!found.Order(StringComparer.Ordinal).SequenceEqual(wanted, StringComparer.Ordinal)) wrong.Add($"{status}: {found.Count:N0} listed, {wanted.Count:N0} recomputed");
        }

        return ReconcileCheck.Result($"{rule.Entity}: the lists by status hold what was recomputed", wrong, outcomes.Count, $" in {pages:N0} pages");
    }

    private static string? Difference(JsonNode answer, Outcome outcome)
    {
        if ((string?)answer["status"] != outcome.Status) return $"{answer["status"]} instead of {outcome.Status}";
        var arrived = answer["arrived"]!.AsArray().Select(piece => (string)piece!["element"]!).ToList();
        if (!outcome.Arrived.SetEquals(arrived) || arrived.Count != outcome.Arrived.Count) return $"{string.Join(' ', arrived)} arrived instead of {string.Join(' ', outcome.Arrived)}";
        if (outcome.Missing is null) return null;
        var missing = (answer["missing"] as JsonArray ?? []).Select(element => element!.ToString()).ToList();
        return missing.SequenceEqual(outcome.Missing, StringComparer.Ordinal) ? null : $"{string.Join(' ', missing)} missing instead of {string.Join(' ', outcome.Missing)}";
    }
}
