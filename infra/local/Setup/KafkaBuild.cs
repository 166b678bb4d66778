using System.Runtime.InteropServices;

namespace EntitySync.Local.Setup;

/// <summary>Builds librdkafka from the sources that an npm package carries, for registries that lack <c>librdkafka.redist</c>.</summary>
internal static class KafkaBuild
{
    public const string LibraryName = "librdkafka.so";

    private const string Package = "node-rdkafka";
    private const string Version = "3.6.1";
    private const string What = "Building librdkafka";
    private const string Log = "librdkafka.log";

    public static string EntryName { get; } = $"librdkafka-2.12.0-{RuntimeInformation.OSArchitecture}".ToLowerInvariant();

    // npm 11 and later run install scripts only of packages named here; older ones ignore the field.
    private const string Manifest = $$"""{ "name": "entitysync-librdkafka", "private": true, "allowScripts": { "{{Package}}": true } }""";

    public static async Task RunAsync(SetupRun run, string folder)
    {
        run.Progress("NuGet did not bring the native Kafka library: building librdkafka from source with npm, make and g++ (once, 2 to 5 minutes)");
        var build = Path.Combine(folder, "build");
        Directory.CreateDirectory(build);
        await File.WriteAllTextAsync(Path.Combine(build, "package.json"), Manifest, run.CancellationToken);
        var install = new InstallCommand(What, Log, build, "npm", "install", $"{Package}@{Version}", "--no-audit", "--no-fund", "--foreground-scripts", "--ignore-scripts=false");
        await (install with { Environment = NodeHeaders() }).RunAsync(run);
        var library = Path.Combine(build, "node_modules", Package, "build", "deps", "librdkafka.so.1");
        if (!File.Exists(library)) throw new SetupException($"librdkafka was not built. The output of the build is in {LocalCache.Path("logs", Log)}");
        File.Copy(library, Path.Combine(folder, LibraryName));
        Directory.Delete(build, recursive: true);
    }

    // The build wants Node's headers and would fetch them from the network, though most packages of Node bring them.
    private static Dictionary<string, string?> NodeHeaders()
    {
        var node = Prerequisites.Find("node")!;
        var real = File.ResolveLinkTarget(node, returnFinalTarget: true)?.FullName ?? node;
        var prefix = Path.GetDirectoryName(Path.GetDirectoryName(real));
        return prefix is not null && File.Exists(Path.Combine(prefix, "include", "node", "node.h")) ? new() { ["npm_config_nodedir"] = prefix } : [];
    }
}
