using EntitySync.Local.Processes;

namespace EntitySync.Local.Setup;

/// <summary>One set-up that has something to do.</summary>
/// <param name="Guard">Ends the installing commands should this process be killed.</param>
/// <param name="Progress">Takes a line of text for a person.</param>
internal sealed record SetupRun(RunGuard Guard, Action<string> Progress, CancellationToken CancellationToken);
