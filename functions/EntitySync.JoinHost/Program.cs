using System.Runtime.InteropServices;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.JoinHost;

if (args is not ([] or [HealthCommand.Argument]))
{
    await Console.Error.WriteLineAsync($"'{string.Join(' ', args)}' is not known. Without arguments the join container runs, configured by its environment; {HealthCommand.Argument} asks the one that runs here.");
    return 2;
}

try
{
    var settings = EntitySyncSettings.FromEnvironment();
    if (args is [HealthCommand.Argument]) return await HealthCommand.RunAsync(settings, Console.Error);
    await using var application = JoinHostApplication.Build(settings, DefinitionLoader.LoadCatalog(settings.DefinitionsPath));
    var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
    await application.StartAsync();
    await stop.Task;
    await application.StopAsync();
    return 0;

    void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true; // this process ends by itself, after its commit
        stop.TrySetResult();
    }
}
catch (Exception problem) when (problem is EntitySyncException or FormatException or IOException)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
