using System.Runtime.InteropServices;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Kafka;

/// <summary>Finds the native Kafka library and makes Confluent.Kafka and <see cref="EmbeddedKafka"/> use the same one.</summary>
public static class NativeKafka
{
    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>True where <c>librdkafka.redist</c> came from NuGet with its libraries.</summary>
    public static bool BroughtByNuGet { get; } = FindFromNuGet() is not null;

    /// <returns>Handle of the loaded library.</returns>
    /// <exception cref="SetupException">Neither NuGet nor the set-up brought one.</exception>
    public static nint Load()
    {
        lock (Gate)
        {
            if (_handle != 0) return _handle;
            var path = FindFromNuGet() ?? (File.Exists(LocalSetup.KafkaLibrary) ? LocalSetup.KafkaLibrary : null)
                ?? throw new SetupException("The native Kafka library is missing: run `dotnet run --project infra/local -- setup` once.");
            var handle = NativeLibrary.Load(path);
            if (!BroughtByNuGet)
                NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, (name, _, _) => name == "librdkafka" ? handle : 0);
            return _handle = handle;
        }
    }

    private static string? FindFromNuGet()
    {
        var name = OperatingSystem.IsWindows() ? "librdkafka.dll" : OperatingSystem.IsMacOS() ? "librdkafka.dylib" : "librdkafka.so";
        string[] places = [Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", name), Path.Combine(AppContext.BaseDirectory, "runtimes", PortableRuntime(), "native", name), Path.Combine(AppContext.BaseDirectory, name)];
        return places.FirstOrDefault(File.Exists);
    }

    private static string PortableRuntime()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture}".ToLowerInvariant();
    }
}
