using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The files of the checkout these tests run in.</summary>
internal static class Checkout
{
    public static string Root => EntitySync.Local.Runner.Checkout.Root;

    public static SamTemplate Template { get; } = SamTemplate.Load(PathOf("template.yaml"));

    /// <summary>All templates, relative to the root.</summary>
    public static IReadOnlyList<string> TemplateFiles { get; } =
    [
        "template.yaml",
        .. Directory.EnumerateFiles(PathOf("infra"), "*.yaml").Concat(Directory.EnumerateFiles(PathOf("infra", "generated"), "*.yaml"))
            .Where(file => File.ReadLines(file).Any(line => line.StartsWith("AWSTemplateFormatVersion:", StringComparison.Ordinal))).Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal),
    ];

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);
}
