using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Functions;
using EntitySync.JoinHost;
using EntitySync.Local.Samples;
using EntitySync.Tests.Template;

namespace EntitySync.Tests.Security;

/// <summary>The limits of infra/security.md against the constants that hold them, and the tests that it names.</summary>
public sealed partial class LimitTableTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] Deployed = [typeof(EntityDefinition).Assembly, typeof(EntitySyncSettings).Assembly, typeof(ReferenceApi).Assembly, typeof(JoinHostApplication).Assembly];

    private static readonly string Page = File.ReadAllText(Checkout.PathOf("infra", "security.md"));

    public static TheoryData<string, long, string> Limits { get; } = [.. LimitRow().Matches(Page).Select(row => (
        row.Groups["code"].Value, long.Parse(row.Groups["limit"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), row.Groups["test"].Value))];

    [Theory]
    [MemberData(nameof(Limits))]
    public void Limit_IsTheOneOfTheCode_AndItsTestIsThere(string code, long limit, string test)
    {
        var (type, member) = (code.Split('.')[0], code.Split('.')[1]);
        var found = Deployed.Append(typeof(SampleFile).Assembly).SelectMany(assembly => assembly.GetTypes()).Where(candidate => candidate.Name == type).Select(candidate => ValueOf(candidate, member)).OfType<long>();
        found.ShouldBe([limit], code);
        if (test == "none") return;
        var name = test.Trim('`').Split('.');
        typeof(LimitTableTests).Assembly.GetTypes().Where(candidate => candidate.Name == name[0] && candidate.GetMethod(name[1]) is { } method && method.GetCustomAttributes<FactAttribute>().Any()).ShouldHaveSingleItem(test);
    }

    /// <summary>A bound that is added must be put into the table, or among those of another kind.</summary>
    [Fact]
    public void EveryBoundOfTheCode_IsOnThePage()
    {
        var named = CodeName().Matches(Page).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var bounds = Deployed.SelectMany(assembly => assembly.GetTypes()).SelectMany(type => type.GetFields(Any))
            .Where(field => field.IsLiteral && (field.FieldType == typeof(int) || field.FieldType == typeof(long)) && BoundName().IsMatch(field.Name))
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}").ToHashSet(StringComparer.Ordinal);
        string.Join(' ', bounds.Except(named).Order(StringComparer.Ordinal).Select(bound => $"`{bound}`")).ShouldBe("");
        Limits.Count.ShouldBeGreaterThan(40);
    }

    private static long? ValueOf(Type type, string member)
    {
        if (type.GetField(member, Any) is { IsLiteral: true } field) return Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture);
        return type.GetProperty(member, Any) is { } property ? Convert.ToInt64(property.GetValue(Activator.CreateInstance(type)), CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"^\| [^|]+ \| (?<limit>[0-9,]+)[^|]* \| [^|]+ \| `(?<code>\w+\.\w+)` \| (?<test>none|`\w+\.\w+`) \|$", RegexOptions.Multiline)]
    private static partial Regex LimitRow();

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex CodeName();

    [GeneratedRegex("^(Maximum|Largest|Longest|Most|Deepest|Max)([A-Z]|$)")]
    private static partial Regex BoundName();
}
