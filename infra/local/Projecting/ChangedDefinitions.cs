using EntitySync.Local.Demo;

namespace EntitySync.Local.Projecting;

/// <summary>A copy of the definitions that the demo may change.</summary>
internal sealed class ChangedDefinitions
{
    private const string Field = "carrier: carrier";

    /// <param name="source">Folder of the definitions.</param>
    /// <param name="folder">Where they are copied to.</param>
    public ChangedDefinitions(string source, string folder)
    {
        Folder = folder;
        foreach (var file in Directory.EnumerateFiles(source, "*.yaml")) File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
    }

    public string Folder { get; }

    /// <summary>Adds the parcel's number to orders-search, as an editor would.</summary>
    public void AddField()
    {
        var file = Path.Combine(Folder, "orders-search.yaml");
        var text = File.ReadAllText(file);
        if (!text.Contains(Field, StringComparison.Ordinal)) throw new DemoException($"orders-search.yaml has no '{Field}' to put a field beside.");
        File.WriteAllText(file, text.Replace(Field, Field + ", parcel: parcel", StringComparison.Ordinal));
    }
}
