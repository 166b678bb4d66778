using System.Globalization;
using System.Text.RegularExpressions;
using EntitySync.Local.Processes;

namespace EntitySync.Local.Setup;

/// <summary>Asks a program for its version.</summary>
internal static partial class ProgramVersion
{
    /// <returns>Major version: 17 for Java 17, 8 for Java 1.8, 20 for Node v20.1.2; 0 when the answer has none.</returns>
    public static async Task<int> MajorAsync(SetupRun run, string program, string argument)
    {
        await using var child = ChildProcess.Start(run.Guard, new ChildCommand(program, program, [argument]));
        return Major((await child.Ended.WaitAsync(run.CancellationToken)).LastLines);
    }

    internal static int Major(IEnumerable<string> answer)
    {
        var match = answer.Select(line => Number().Match(line)).FirstOrDefault(found => found.Success);
        if (match is null) return 0;
        var major = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return major == 1 && match.Groups[2].Success ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : major;
    }

    [GeneratedRegex(@"(?:^v|version ""|^openjdk )(\d{1,4})(?:\.(\d{1,4}))?")]
    private static partial Regex Number();
}
