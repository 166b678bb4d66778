namespace EntitySync.Tests.Definitions;

/// <summary>Finds files of the repository from the folder the tests run in.</summary>
internal static class Repository
{
    public static string Root => EntitySync.Local.Runner.Checkout.Root;

    public static string Entities { get; } = Path.Combine(Root, "infra", "entities");

    /// <summary>An entity that somebody adds need not have one.</summary>
    public static bool HasExample(string entity) => Directory.Exists(Path.Combine(Entities, "examples", entity));

    public static string ItemYaml { get; } = File.ReadAllText(Path.Combine(Entities, "item.yaml"));
}
