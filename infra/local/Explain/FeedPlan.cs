using EntitySync.Core.Definitions;

namespace EntitySync.Local.Explain;

/// <summary>The plan of a feed in words, and what its function reads and writes.</summary>
internal static class FeedPlan
{
    private static readonly string Pages = Explain.Flow.Table("feeds");

    public static IReadOnlyList<FlowStep> Flow(FeedDefinition definition) => [new("Feed", "Lambda function", null, [new(definition.Topic), new(Pages, "pages")], [new(Pages, "full pages")])];

    public static string Of(FeedDefinition definition)
    {
        var step = Flow(definition)[0];
        return $"""
            {definition.Feed}: serves {definition.Topic} as an Atom feed, "{definition.Title}"

            Parts
              {step.Name}: {step.Kind}
                reads  {PlanText.Edges(step.Reads)}
                writes {PlanText.Edges(step.Writes)}

            Pages
              newest    GET /feeds/{definition.Feed}: what is on no full page yet; caches keep it for seconds
              archive   GET /feeds/{definition.Feed}/N: {definition.PageSize} entries, the same for ever; caches keep it for a year
              entry     GET /feeds/{definition.Feed}/entries/PARTITION/OFFSET: the value of one record

            What a request costs
              a full page: one read of the table of pages and the records of the page, unless a cache has it
              the newest page: one read of the table and its records; when pages became full one write, however many they are

            """.ReplaceLineEndings("\n");
    }
}
