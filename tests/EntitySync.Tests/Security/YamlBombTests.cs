using EntitySync.Local.Advise;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Security;

/// <summary>YAML other than definitions (see YamlMistakeTests for those): templates and prices.</summary>
public sealed class YamlBombTests : IDisposable
{
    private const string Laughs = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n";

    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData(Laughs, "(2,8): aliases are not supported; write the value out.")]
    [InlineData("a: &a { b: *a }\n", "(1,12): aliases are not supported; write the value out.")]
    [InlineData("a: &a { b: c }\nd: { <<: *a }\n", "(2,10): aliases are not supported; write the value out.")]
    [InlineData("? [a]\n: b\n", "a key must be text.")]
    public void TemplateThatExpands_IsRefused(string yaml, string problem) => TemplateProblem(yaml).ShouldContain(problem);

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    public void DeepTemplate_IsRefused(string open, string close)
    {
        foreach (var levels in (int[])[65, 100_000])
            TemplateProblem("Resources: " + string.Concat(Enumerable.Repeat(open, levels)) + string.Concat(Enumerable.Repeat(close, levels)) + "\n").ShouldContain("more than 64 levels of nesting.");
        File.WriteAllText(_file, "Resources: { A: " + new string('[', 62) + new string(']', 62) + " }\n");
        TemplateReader.Read(_file).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("fargateVcpuHour: &a 1\nfargateGigabyteHour: *a\n")]
    [InlineData("fargateVcpuHour: &a [1, *a]\n")]
    [InlineData("<<: { fargateVcpuHour: 1 }\n")]
    public void PricesThatExpand_AreRefused(string yaml)
    {
        File.WriteAllText(_file, yaml);
        Should.Throw<InvalidDataException>(() => PriceList.Load(_file)).Message.ShouldStartWith(_file);
    }

    [Fact]
    public void DeepPrices_AreRefused()
    {
        File.WriteAllText(_file, "fargateVcpuHour: " + new string('[', 100_000));
        Should.Throw<InvalidDataException>(() => PriceList.Load(_file)).Message.ShouldStartWith(_file);
    }

    public void Dispose() => File.Delete(_file);

    private string TemplateProblem(string yaml)
    {
        File.WriteAllText(_file, yaml);
        return Should.Throw<InvalidDataException>(() => TemplateReader.Read(_file)).Message;
    }
}
