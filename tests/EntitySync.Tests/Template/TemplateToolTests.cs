namespace EntitySync.Tests.Template;

/// <summary>What AWS's own checkers say of the templates; skipped where they are not installed.</summary>
public sealed class TemplateToolTests
{
    [Fact]
    public async Task CfnLint_FindsNothing()
    {
        var (status, output) = await Tools.RunAsync("cfn-lint", ["--non-zero-exit-code", "warning", .. Checkout.TemplateFiles]);
        Assert.SkipWhen(status is null, "cfn-lint is not installed");
        (status, output.Trim()).ShouldBe((0, ""));
    }

    [Fact]
    public async Task SamTranslator_AcceptsTheTemplate()
    {
        var (status, output) = await Tools.RunAsync("python3", Path.Combine("infra", "checks", "sam_check.py"), "template.yaml");
        Assert.SkipWhen(status is null, "python3 is not installed");
        Assert.SkipWhen(status == Tools.ToolMissing, output.Trim());
        status.ShouldBe(0, output);
        output.ShouldEndWith(" resources\n");
    }
}
