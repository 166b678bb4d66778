using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Local.Runner;
using EntitySync.Local.Synth;

namespace EntitySync.Local.Commands;

/// <summary><c>synth</c>: writes the resources that follow from the definitions as a nested template.</summary>
internal static class SynthCommand
{
    private static readonly Option<string> Definitions = new("--definitions") { Description = "Folder of the definitions; infra/entities when not given.", HelpName = "FOLDER" };
    private static readonly Option<string> Output = new("--output") { Description = "File to write; infra/generated/entities.yaml when not given.", HelpName = "FILE" };
    private static readonly Option<bool> Check = new("--check") { Description = "Write nothing; exit status 1 when the file is not what the definitions say." };
    private static readonly Option<int> PoliciesPerRole = new("--policies-per-role") { Description = "Managed policies that a role may have in the account: AWS allows 10, and up to 25 on request.", DefaultValueFactory = _ => 10, HelpName = "N" };

    public static Command Build()
    {
        PoliciesPerRole.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var number) && number is < 5 or > 25) result.AddError($"--policies-per-role is {number}; allowed are 5 to 25.");
        });
        var command = new Command(
            "synth",
            "Write what follows from the definitions as a nested CloudFormation template: reference tables, topics, event sources, permissions by name, alarms. "
            + "Run it after a change of a definition, and deploy. The same definitions give the same file.")
        {
            Definitions, Output, Check, PoliciesPerRole,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var file = parsed.GetValue(Output) ?? Checkout.PathOf(EntitiesTemplate.FileName);
        try
        {
            var result = EntitiesTemplate.Write(DefinitionSet.Load(parsed.GetValue(Definitions) ?? Checkout.PathOf("infra", "entities")), new SynthOptions(parsed.GetValue(PoliciesPerRole)));
            var counts = $"{result.Resources} resources: {result.Topics} topics, {result.Sources} of them event sources; {result.MostPolicies} policies at most on a role";
            if (File.Exists(file) && File.ReadAllText(file) == result.Text)
            {
                output.WriteLine($"{file} is what the definitions say, {counts}.");
                return 0;
            }

            if (parsed.GetValue(Check))
            {
                error.WriteLine($"{file} is not what the definitions say: run synth without --check, and deploy.");
                return 1;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            File.WriteAllText(file, result.Text);
            output.WriteLine($"{file} is written, {counts}. Deploy it: sam build && sam deploy.");
            return 0;
        }
        catch (Exception exception) when (exception is EntitySyncException or InvalidDefinitionException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
    }
}
