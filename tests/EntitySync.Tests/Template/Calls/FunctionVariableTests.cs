using EntitySync.Adapters;
using EntitySync.Local.Lambda;

namespace EntitySync.Tests.Template.Calls;

/// <summary>The variables that each function's code reads, out of the compiled assemblies, against those that the template gives it.</summary>
public sealed class FunctionVariableTests
{
    // Read where they are set, which on AWS is nowhere (FunctionTests says why), or set by Lambda itself.
    private static readonly string[] NotOfTheTemplate = ["DYNAMODB_ENDPOINT", "STEPFUNCTIONS_ENDPOINT", "DEFINITIONS_PATH", "ENTITYSYNC_HOOKS", "AWS_REGION"];

    private static readonly Dictionary<string, string> VariableOf = Variables().ToDictionary(pair => pair.Property, pair => pair.Variable, StringComparer.Ordinal);

    public static TheoryData<string> FunctionIds => [.. Checkout.Template.Functions.Keys];

    [Theory, MemberData(nameof(FunctionIds))]
    public void Function_IsGivenWhatItReadsAndNothingElse(string functionId)
    {
        var read = Reach.From(HandlerBinding.Resolve(Checkout.Template.Functions[functionId].Handler).Type)
            .Where(reached => reached.Method.DeclaringType == typeof(EntitySyncSettings) && reached.Method.Name.StartsWith("get_", StringComparison.Ordinal) && reached.Method.Name != "get_EqualityContract")
            .Select(reached => VariableOf[reached.Method.Name["get_".Length..]]).Except(NotOfTheTemplate).ToHashSet(StringComparer.Ordinal);
        var given = Checkout.Template.Functions[functionId].Environment.Keys.ToList();

        read.Except(given).Order(StringComparer.Ordinal).Select(name => $"reads {name}, and is not given it").Concat(given.Except(read).Select(name => $"is given {name}, and never reads it")).ShouldBeEmpty(functionId);
    }

    [Fact]
    public void EverySetting_HasOneVariable() =>
        VariableOf.Keys.Order(StringComparer.Ordinal).ShouldBe(typeof(EntitySyncSettings).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));

    // Which property a variable sets is seen by setting it alone, to the first value that it takes and that is not its default.
    private static IEnumerable<(string Property, string Variable)> Variables()
    {
        var names = new List<string>();
        EntitySyncSettings.From(name =>
        {
            names.Add(name);
            return null;
        });
        var defaults = new EntitySyncSettings();
        foreach (var name in names.Distinct().Where(name => name != "AWS_DEFAULT_REGION"))
        {
            foreach (var value in (string[])["text", "7", "true", "false", "iam", "at-least-once", "http://collector:1", "http/protobuf"])
            {
                if (Read(name, value) is not { } settings) continue;
                if (typeof(EntitySyncSettings).GetProperties().FirstOrDefault(property => !Equals(property.GetValue(settings), property.GetValue(defaults))) is not { } changed) continue;
                yield return (changed.Name, name);
                break;
            }
        }
    }

    private static EntitySyncSettings? Read(string name, string value)
    {
        try
        {
            return EntitySyncSettings.From(asked => asked == name ? value : null);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
