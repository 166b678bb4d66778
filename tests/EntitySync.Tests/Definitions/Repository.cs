namespace EntitySync.Tests.Definitions;

/// <summary>Finds files of the repository from the folder the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Entities { get; } = Path.Combine(Root, "infra", "entities");

    public static string ItemYaml { get; } = File.ReadAllText(Path.Combine(Entities, "item.yaml"));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EntitySync.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
