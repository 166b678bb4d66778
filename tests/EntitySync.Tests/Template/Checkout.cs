using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>The files of the checkout these tests run in.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static SamTemplate Template { get; } = SamTemplate.Load(PathOf("template.yaml"));

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "template.yaml"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside a checkout: no template.yaml above them.");
    }
}
