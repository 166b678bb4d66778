using System.CommandLine;
using EntitySync.Local.Commands;
using EntitySync.Local.Processes;

// Runs beside the command, to the end of the process.
_ = ParentWatch.StopWithDotnetRunAsync();

return await LocalCommands.Build().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
