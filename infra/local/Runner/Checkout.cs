namespace EntitySync.Local.Runner;

/// <summary>The checkout this program was built from: the runner reads the very template, state machine and definitions that are deployed.</summary>
public static class Checkout
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "template.yaml")) && File.Exists(Path.Combine(folder.FullName, "EntitySync.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The local runner needs the checkout it was built in: no template.yaml above " + AppContext.BaseDirectory);
    }
}
