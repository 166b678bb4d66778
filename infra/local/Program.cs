using System.CommandLine;
using EntitySync.Local.Commands;

return await LocalCommands.Build().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
