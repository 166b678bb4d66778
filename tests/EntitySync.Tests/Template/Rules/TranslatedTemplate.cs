using System.Text.Json.Nodes;

namespace EntitySync.Tests.Template.Rules;

/// <summary>template.yaml as a deployment has it: what SAM adds to it, roles and permissions above all, is there.</summary>
internal static class TranslatedTemplate
{
    private static readonly Lazy<Task<(int? Status, string Output)>> Translation = new(() => Tools.RunAsync("python3", Path.Combine("infra", "checks", "sam_check.py"), "template.yaml", "--json"));

    /// <summary>Skips the test where the translator is not installed.</summary>
    public static async Task<JsonObject> ReadAsync()
    {
        var (status, output) = await Translation.Value;
        Assert.SkipWhen(status is null, "python3 is not installed");
        Assert.SkipWhen(status == Tools.ToolMissing, output.Trim());
        status.ShouldBe(0, output);
        return JsonNode.Parse(output)!.AsObject();
    }
}
