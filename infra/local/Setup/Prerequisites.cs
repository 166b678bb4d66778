namespace EntitySync.Local.Setup;

/// <summary>Programs the local runner starts or builds with. All that miss are reported in one message, or installed where that is possible.</summary>
internal static class Prerequisites
{
    private static readonly (string Program, string Package, string For)[] Always =
    [
        ("java", "default-jre-headless", "DynamoDB Local (Java 11 or newer)"),
        ("node", "nodejs", "the Step Functions interpreter (Node.js 20 or newer)"),
        ("npm", "npm", "fetching DynamoDB Local and the Step Functions interpreter"),
    ];

    private static readonly (string Program, string Package, string For)[] ToBuildKafka =
    [
        ("g++", "g++", "building the Kafka client library"),
        ("make", "make", "building the Kafka client library"),
        ("python3", "python3", "building the Kafka client library"),
    ];

    // librdkafka is built with TLS and compression: the headers come with these packages.
    private static readonly string[] KafkaHeaders = ["libssl-dev", "zlib1g-dev"];

    public static async Task EnsureAsync(bool buildKafka, bool startDynamoDb, Action<string> progress, CancellationToken cancellationToken)
    {
        var needed = buildKafka ? [.. Always, .. ToBuildKafka] : Always;
        var missing = needed.Where(need => (startDynamoDb || need.Program != "java") && Find(need.Program) is null).ToList();
        var packages = missing.Select(need => need.Package).ToList();
        if (buildKafka && !File.Exists("/usr/include/openssl/ssl.h") && OperatingSystem.IsLinux()) packages.AddRange(KafkaHeaders);
        if (packages.Count == 0) return;

        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Find("apt-get") is not null)
        {
            var log = LocalCache.Path("logs", "apt.log");
            progress($"Installing {string.Join(", ", packages)} with apt-get");
            await InstallCommand.RunAsync("apt-get update", log, "/", progress, "apt-get", ["update", "-q"], cancellationToken);
            await InstallCommand.RunAsync("apt-get install", log, "/", progress, "apt-get", ["install", "-y", "-q", "--no-install-recommends", .. packages], cancellationToken);
            return;
        }

        var lines = missing.Select(need => $"  {need.Program,-8} for {need.For}");
        throw new SetupException($"""
            The local runner needs programs that are not installed:
            {string.Join(Environment.NewLine, lines)}
            On Debian or Ubuntu:  sudo apt-get install {string.Join(' ', packages)}
            Elsewhere install them with your package manager, then run the same command again.
            """);
    }

    /// <summary>Full path of a program on PATH; null when there is none.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(file => File.Exists(file) || File.Exists(file + ".exe"));
}
