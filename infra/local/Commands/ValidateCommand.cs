using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Local.Runner;
using EntitySync.Local.Validation;

namespace EntitySync.Local.Commands;

/// <summary><c>validate</c>: mistakes go to standard error as compilers print them, the summary and the comparison to standard output.</summary>
internal static class ValidateCommand
{
    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Definition files, and folders of such; infra/entities when none is given.", Arity = ArgumentArity.ZeroOrMore };
        var against = new Option<string>("--against") { Description = "File or folder of the definitions that run now: tells whether their state can be gone on with, and which read models need a rebuild. Exit status 1 when it cannot.", HelpName = "PATH" };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON, for tools." };
        var command = new Command("validate", "Check definitions: every mistake of every file, with its position. Exit status 1 when there is one.") { paths, against, json };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(paths);
            var output = parsed.InvocationConfiguration.Output;
            var check = DefinitionCheck.Of(given is { Length: > 0 } ? given : [Checkout.PathOf("infra", "entities")]);
            var before = parsed.GetValue(against) is { } old ? DefinitionLoader.LoadAll([old]) : null;
            if (before is { IsValid: false }) return Refuse(before, parsed.InvocationConfiguration.Error);
            var compared = before is null ? null : Comparisons.Of(before, check);
            var isValid = check.Mistakes.IsEmpty && compared?.IsIncompatible != true;
            if (parsed.GetValue(json)) output.WriteLine(ValidationJson.Write(check, compared, isValid));
            else Print(check, compared, output, parsed.InvocationConfiguration.Error);
            return isValid ? 0 : 1;
        });
        return command;
    }

    private static int Refuse(DefinitionResult before, TextWriter error)
    {
        foreach (var problem in before.Problems) error.WriteLine(problem);
        error.WriteLine("The definitions to compare with have mistakes themselves.");
        return 1;
    }

    private static void Print(DefinitionCheck check, Comparisons? compared, TextWriter output, TextWriter error)
    {
        foreach (var mistake in check.Mistakes) error.WriteLine(mistake.Text);
        foreach (var line in compared is null ? [] : ComparisonReport.Lines(compared)) output.WriteLine(line);
        var names = check.Names.ToList();
        var good = names.Count == 1 ? "1 definition is valid" : $"{names.Count} definitions are valid";
        var files = check.Mistakes.Select(mistake => mistake.File).Distinct().Count();
        var bad = check.Mistakes.Length == 1 ? "1 mistake in 1 file" : $"{check.Mistakes.Length} mistakes in {files} {(files == 1 ? "file" : "files")}";
        output.WriteLine(check.Mistakes.IsEmpty ? $"{good}: {string.Join(", ", names)}." : $"{good}; {bad}.");
    }
}
