using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;
using EntitySync.Tests.Definitions;

namespace EntitySync.Tests.Systems;

/// <summary>The example data of every definition: what comes out is what <c>expected.ndjson</c> says, whatever the strategy.</summary>
public sealed class SystemExampleTests
{
    public static TheoryData<string, Strategy, bool> Runs()
    {
        var runs = new TheoryData<string, Strategy, bool>();
        foreach (var definition in DefinitionLoader.LoadCatalog(Repository.Entities).All.Where(definition => Repository.HasExample(definition.Entity)))
        {
            foreach (var strategy in new[] { Strategy.Broadcast, Strategy.Shuffle })
            {
                runs.Add(definition.Entity, strategy, false);
                if (definition.Root.Kind == RootKind.Table) runs.Add(definition.Entity, strategy, true); // events take the rows that are there
            }
        }

        return runs;
    }

    [Fact]
    public void FiveSystems_HaveExamples() => new[] { "enriched-purchase", "item", "password-reset", "shipment", "user-profile" }
        .ShouldBeSubsetOf(DefinitionLoader.LoadCatalog(Repository.Entities).All.Select(definition => definition.Entity).Where(Repository.HasExample));

    [Theory]
    [MemberData(nameof(Runs))]
    public void ExampleRecords_GiveWhatIsExpected(string entity, Strategy strategy, bool isRootFirst)
    {
        var definition = SystemDefinitions.Load(entity, strategy);
        var data = ExampleData.Load(definition, Path.Combine(Repository.Entities, "examples", entity));
        using var driver = new TopologyDriver(definition, partitions: 3);

        foreach (var topic in isRootFirst ? data.Related.Prepend(data.Root) : data.Related.Append(data.Root))
        {
            foreach (var record in topic.Records) driver.Pipe(topic.Source.Topic, record.Key?.ToArray(), record.Value?.ToArray());
        }

        data.Expected.Count.ShouldBeGreaterThan(1);
        var results = new ExampleCheck(definition, data.Expected, data.DeadLetters).Compare(Records(driver, driver.Topology.EmissionTopic), Records(driver, driver.Topology.DeadLetterTopic));
        results.Where(result => !result.Passed).ShouldBeEmpty();
    }

    private static List<SeenRecord> Records(TopologyDriver driver, string topic) =>
        [.. driver.Outputs.Where(record => record.Topic == topic).Select(record => new SeenRecord(Text(record), record.Value?.ToArray(), null))];

    private static string Text(OutgoingRecord record) => record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "";
}
