using System.Runtime.InteropServices;

namespace EntitySync.Local.Setup;

/// <summary>Programs the local runner starts or builds with. All that miss are reported in one message, or installed where that is possible.</summary>
/// <param name="Kafka">librdkafka has to be built.</param>
/// <param name="DynamoDb">DynamoDB Local will be started.</param>
internal sealed record Prerequisites(bool Kafka, bool DynamoDb)
{
    private static readonly Need[] Always =
    [
        new("node", "nodejs", "the Step Functions interpreter (Node.js 20 or newer)"),
        new("npm", "npm", "fetching DynamoDB Local and the Step Functions interpreter"),
        new("tar", "tar", "unpacking what npm fetches"),
    ];

    private static readonly Need[] ForDynamoDb = [new("java", "default-jre-headless", "DynamoDB Local (Java 11 or newer)")];

    private static readonly Need[] ForKafka =
    [
        new("g++", "g++", "building the Kafka client library, which NuGet did not bring"),
        new("make", "make", "building the Kafka client library, which NuGet did not bring"),
        new("python3", "python3", "building the Kafka client library, which NuGet did not bring"),
    ];

    // With them librdkafka can do TLS and compression; the runner itself needs neither, so they only go along with the rest.
    private static readonly string[] KafkaHeaders = ["libssl-dev", "zlib1g-dev"];

    public IReadOnlyList<Need> Missing() =>
        [.. Always.Concat(DynamoDb ? ForDynamoDb : []).Concat(Kafka ? ForKafka : []).Where(need => Find(need.Program) is null)];

    /// <exception cref="SetupException">One message with everything that is missing or cannot work here, and the way out.</exception>
    public async Task InstallAsync(SetupRun run)
    {
        if (OperatingSystem.IsWindows()) throw new SetupException("The local runner needs Linux or macOS. On Windows run the same command in WSL.");
        if (DynamoDb && RuntimeInformation.OSArchitecture != Architecture.X64)
            throw new SetupException("The packaged DynamoDB Local runs on x64 only. Start one with `docker compose -f infra/local/compose.yaml up -d`, then set DYNAMODB_ENDPOINT.");
        if (Kafka && !OperatingSystem.IsLinux())
            throw new SetupException("NuGet did not bring the native Kafka library (package librdkafka.redist), and it can be built on Linux only. Use a registry that has the package.");
        var missing = Missing();
        if (missing.Count == 0) return;
        string[] packages = [.. missing.Select(need => need.Package), .. Kafka ? KafkaHeaders : []];
        if (Find("apt-get") is null || !Environment.IsPrivilegedProcess) throw new SetupException(Explain(missing, packages));
        run.Progress($"Installing {string.Join(", ", packages)} with apt-get");
        // Repairs what a killed installation may have left half done.
        await new InstallCommand("dpkg --configure", "apt.log", "/", "dpkg", "--configure", "-a").RunAsync(run);
        await new InstallCommand("apt-get update", "apt.log", "/", "apt-get", "update", "-q").RunAsync(run);
        await new InstallCommand("apt-get install", "apt.log", "/", "apt-get", ["install", "-y", "-q", "--no-install-recommends", .. packages]).RunAsync(run);
    }

    internal static string Explain(IReadOnlyList<Need> missing, IEnumerable<string> packages) => $"""
        The local runner needs programs that are not installed:
        {string.Join(Environment.NewLine, missing.Select(need => $"  {need.Program,-8} for {need.For}"))}
        On Debian or Ubuntu:  sudo apt-get install {string.Join(' ', packages)}
        Elsewhere install them with your package manager, then run the same command again.
        """;

    /// <summary>Full path of a program on PATH; null when there is none.</summary>
    public static string? Find(string program) => Path.IsPathRooted(program) && File.Exists(program)
        ? program
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}

/// <param name="Package">Name of the Debian package that brings it.</param>
/// <param name="For">What it is needed for.</param>
internal sealed record Need(string Program, string Package, string For);
