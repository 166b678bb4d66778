using System.CommandLine;
using EntitySync.Local.Commands;

namespace EntitySync.Tests.Local.Commands;

/// <summary>What a command answered.</summary>
internal sealed record CommandRun(int Status, string Output, string Error)
{
    public static async Task<CommandRun> Of(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var status = await LocalCommands.Build().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return new CommandRun(status, output.ToString(), error.ToString());
    }
}
