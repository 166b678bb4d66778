namespace EntitySync.Tests.Template.Rules;

/// <summary>What policies may say beside single names: the table "Where no name is possible" of infra/security.md, the only place where it is written.</summary>
internal static class PolicyExceptions
{
    public const string AnyResource = "any resource";
    public const string WithinAName = "within a name";
    public const string AwsPolicy = "policy of AWS";

    private const string Heading = "## Where no name is possible";

    public static IReadOnlyList<(string Kind, string What, string Why)> All { get; } =
    [
        .. File.ReadLines(Checkout.PathOf("infra", "security.md")).SkipWhile(line => line != Heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)).Select(cells => (cells[0], cells[1].Trim('`'), cells[2])),
    ];

    /// <summary>Calls for which IAM knows no narrower resource.</summary>
    public static bool IsWithoutResource(string action) => Has(AnyResource, what => what == action);

    /// <summary>Names that are made while the stack lives, below one that is known.</summary>
    public static bool IsKnownPattern(string resource) => Has(WithinAName, what => resource.EndsWith(what, StringComparison.Ordinal));

    /// <summary>Policies that SAM adds to roles by itself.</summary>
    public static bool IsKnownPolicy(string arn) => Has(AwsPolicy, what => arn.EndsWith(":aws:policy/" + what, StringComparison.Ordinal));

    private static bool Has(string kind, Func<string, bool> fits) => All.Any(exception => exception.Kind == kind && fits(exception.What));
}
