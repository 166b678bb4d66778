using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Local.Runner;
using EntitySync.Local.Synth;

namespace EntitySync.Local.Commands;

/// <summary><c>synth</c>: writes the resources that follow from the definitions as nested templates.</summary>
internal static class SynthCommand
{
    private static readonly Option<string> Definitions = new("--definitions") { Description = "Folder of the definitions; infra/entities when not given.", HelpName = "FOLDER" };
    private static readonly Option<string> Output = new("--output") { Description = "Folder to write to; infra/generated when not given.", HelpName = "FOLDER" };
    private static readonly Option<bool> Check = new("--check") { Description = "Write nothing; exit status 1 when a file is not what the definitions say." };
    private static readonly Option<int> PoliciesPerRole = new("--policies-per-role") { Description = "Managed policies that a role may have in the account: AWS allows 10, and up to 25 on request.", DefaultValueFactory = _ => SynthOptions.UsualPolicies, HelpName = "N" };

    public static Command Build()
    {
        PoliciesPerRole.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var number) && number is < 5 or > 25) result.AddError($"--policies-per-role is {number}; allowed are 5 to 25.");
        });
        var command = new Command(
            "synth",
            "Write what follows from the definitions as nested CloudFormation templates: reference tables, topics, event sources, permissions by name, alarms. "
            + "Run it after a change of a definition, and deploy. The same definitions give the same files.")
        {
            Definitions, Output, Check, PoliciesPerRole,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            var result = EntitiesTemplate.Write(DefinitionSet.Load(parsed.GetValue(Definitions) ?? Checkout.PathOf("infra", "entities")), new SynthOptions(parsed.GetValue(PoliciesPerRole)));
            var folder = parsed.GetValue(Output) ?? Path.GetDirectoryName(Checkout.PathOf(EntitiesTemplate.FileName))!;
            var stale = Files(result, folder).Where(file => !File.Exists(file.Path) || File.ReadAllText(file.Path) != file.Text).ToList();
            foreach (var name in result.Folded) output.WriteLine($"The topics of {name} do not fit into its policies one by one: those named after a definition are allowed as NAME-*.");
            if (stale.Count > 0 && parsed.GetValue(Check))
            {
                foreach (var file in stale) error.WriteLine($"{file.Path} is not what the definitions say: run synth without --check, and deploy.");
                return 1;
            }

            Directory.CreateDirectory(folder);
            foreach (var file in stale)
            {
                File.WriteAllText(file.Path, file.Text);
                output.WriteLine($"{file.Path} is written.");
            }

            output.WriteLine($"{result.Resources} resources: {result.Topics} topics, {result.Sources} of them event sources; {result.MostPolicies} policies at most on a role.");
            output.WriteLine(stale.Count == 0 ? "The files are what the definitions say." : "Deploy them: sam build && sam deploy.");
            return 0;
        }
        catch (Exception exception) when (exception is EntitySyncException or InvalidDefinitionException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static IEnumerable<(string Path, string Text)> Files(SynthResult result, string folder) =>
        [(Path.Combine(folder, Path.GetFileName(EntitiesTemplate.FileName)), result.Entities), (Path.Combine(folder, Path.GetFileName(AlarmsTemplate.FileName)), result.Alarms)];
}
