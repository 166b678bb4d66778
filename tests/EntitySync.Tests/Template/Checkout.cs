using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The files of the checkout these tests run in.</summary>
internal static class Checkout
{
    public static string Root => EntitySync.Local.Runner.Checkout.Root;

    public static SamTemplate Template { get; } = SamTemplate.Load(PathOf("template.yaml"));

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);
}
