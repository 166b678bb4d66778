using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Builds the model of a reconciliation from the nodes of its file, past mistakes as <see cref="DefinitionReader"/> does.</summary>
internal static class ReconciliationReader
{
    public static ReconciliationDefinition Read(YamlPlace file, string sourceFile)
    {
        var definition = new ReconciliationDefinition
        {
            Entity = file["entity"].Text ?? "",
            Expected = ReadExpected(file["expected"]),
            Arrived = ReadArrived(file["arrived"]),
            Deadline = ReadDeadline(file["deadline"]),
            Output = new CompletedOutput(file["output"]["topic"].Text ?? "", file["output"]["embed"].Text),
            OverdueTopic = file["overdue"]["topic"].Text,
            Provision = ProvisionReader.Read(file),
            SourceFile = sourceFile,
        };
        return ReadDuration(file["keep"]) is { } keep ? definition with { Keep = keep } : definition;
    }

    private static ExpectedDefinition ReadExpected(YamlPlace place) => new(
        place["topic"].Text ?? "",
        DefinitionReader.ReadKey(place["key"]),
        DefinitionReader.ReadPath(place["elements"]),
        ReadAmount(place["amount"]),
        DefinitionReader.ReadWhere(place["cancelled"]));

    private static ArrivedDefinition ReadArrived(YamlPlace place) => new(
        place["topic"].Text ?? "",
        DefinitionReader.ReadKey(place["key"]),
        DefinitionReader.ReadPath(place["element"]) ?? new FieldPath("", [new FieldStep("", EachElement: false)]),
        ReadAmount(place["amount"]),
        DefinitionReader.ReadMappings(place["fields"]),
        place["name"].Text ?? place["topic"].Text ?? "");

    private static AmountDefinition? ReadAmount(YamlPlace place) =>
        DefinitionReader.ReadPath(place["value"]) is { } value ? new AmountDefinition(value, DefinitionReader.ReadPath(place["currency"])) : null;

    private static DeadlineDefinition? ReadDeadline(YamlPlace place)
    {
        var (after, at) = (ReadDuration(place["after"]), DefinitionReader.ReadPath(place["at"]));
        return after is null && at is null ? null : new DeadlineDefinition(after, at);
    }

    private static TimeSpan? ReadDuration(YamlPlace place) => place.Text is { } text ? IsoDuration.TryParse(text) : null;
}
