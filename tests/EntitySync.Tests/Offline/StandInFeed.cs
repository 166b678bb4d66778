using System.IO.Compression;
using System.Reflection;
using System.Runtime.Loader;
using System.Xml.Linq;

namespace EntitySync.Tests.Offline;

/// <summary>A folder of stand-in packages, read without NuGet.</summary>
internal sealed class StandInFeed
{
    private readonly Dictionary<string, byte[]> _assemblies = [];
    private readonly SortedDictionary<string, XElement> _manifests = new(StringComparer.Ordinal);

    public StandInFeed(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.nupkg"))
        {
            using var package = ZipFile.OpenRead(file);
            foreach (var entry in package.Entries)
            {
                if (entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal))
                    _manifests[Path.GetFileName(file)] = XElement.Load(entry.Open());
                else if (entry.FullName.EndsWith(".dll", StringComparison.Ordinal))
                    _assemblies[Path.GetFileNameWithoutExtension(entry.Name)] = Bytes(entry);
            }
        }
    }

    public IReadOnlyCollection<string> AssemblyNames => _assemblies.Keys;

    /// <summary>A line for each package: its id, version and what it depends on.</summary>
    public IReadOnlyList<string> Packages =>
        [.. _manifests.Select(package => $"{package.Key}: {Value(package.Value, "id")} {Value(package.Value, "version")} -> {string.Join(", ", Dependencies(package.Value))}")];

    /// <summary>The public API of every assembly in the feed, one list.</summary>
    public IReadOnlyList<string> PublicApi() => [.. _assemblies.Keys.Order(StringComparer.Ordinal).SelectMany(PublicApi)];

    /// <summary>The public API of one assembly in the feed.</summary>
    public IReadOnlyList<string> PublicApi(string assembly)
    {
        var context = new FeedContext(_assemblies);
        try
        {
            return Offline.PublicApi.Of(context.LoadFromAssemblyName(new AssemblyName(assembly)));
        }
        finally
        {
            context.Unload();
        }
    }

    /// <summary>Whether a loaded assembly came from a stand-in package: each names its sources in itself.</summary>
    public static bool IsStandIn(Assembly assembly) =>
        assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(data => data.Key.StartsWith("EntitySyncStandIn:", StringComparison.Ordinal));

    private static string Value(XElement manifest, string name) => manifest.Descendants().First(element => element.Name.LocalName == name).Value;

    private static IEnumerable<string> Dependencies(XElement manifest) => manifest.Descendants()
        .Where(element => element.Name.LocalName == "dependency").Select(element => $"{element.Attribute("id")?.Value} {element.Attribute("version")?.Value}");

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    // The feed's own assemblies are kept apart from those the tests run with; everything else is shared.
    private sealed class FeedContext(Dictionary<string, byte[]> assemblies) : AssemblyLoadContext("feed", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblies.TryGetValue(assemblyName.Name!, out var bytes) ? LoadFromStream(new MemoryStream(bytes)) : null;
    }
}
