using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;
using EntitySync.Local.Samples;

namespace EntitySync.Local.Try;

/// <summary>What <c>try</c> says about a run.</summary>
internal sealed class TryReport(EntityDefinition definition, TextWriter error)
{
    public void Start(TryOptions options, IEnumerable<string> lookups)
    {
        var order = options.Seed is { } seed && options.Orders is null ? $"the records in the order of seed {seed}" : "the records in the order of the files, related rows first";
        error.WriteLine($"{definition.Entity}: {order}; {options.Partitions} {(options.Partitions == 1 ? "partition" : "partitions")}");
        foreach (var relation in lookups) error.WriteLine($"{relation}: lookup is joined as broadcast here, without a reference table; the last outputs are the same");
    }

    /// <summary>Says which topics have no file, and which files are for nobody.</summary>
    public void Files(string folder)
    {
        var names = string.Join(", ", SampleFolder.Names(definition));
        foreach (var file in SampleFolder.Strange(definition, folder)) error.WriteLine($"{Path.Combine(folder, file)} is not read: the entity's files are {names}");
        foreach (var file in SampleFolder.Names(definition).Where(file => !File.Exists(Path.Combine(folder, file)))) error.WriteLine($"{Path.Combine(folder, file)} does not exist: its topic has no rows");
    }

    /// <param name="text">File and line, and the reason.</param>
    public void DeadLetter(string text) => error.WriteLine($"{text} (dead-lettered)");

    public void Summary(ExampleData data, JoinCounts counts, long outputs, long tombstones)
    {
        error.WriteLine($"read: {string.Join(", ", data.Related.Append(data.Root).Select(topic => $"{topic.Records.Count:N0} of {topic.Source.Topic}"))}");
        error.WriteLine($"outputs: {outputs:N0}{(tombstones > 0 ? $" ({tombstones:N0} {(tombstones == 1 ? "tombstone" : "tombstones")})" : "")}, dropped: {counts.Dropped:N0}, dead-lettered: {counts.DeadLettered:N0}");
        if (counts.PassedOver > 0) error.WriteLine($"passed over: {counts.PassedOver:N0} that change no row");
        if (counts.SharedKeys > 0) error.WriteLine($"rows that took over the key of another row's entity: {counts.SharedKeys:N0}. If none gives its key up, {definition.Root.Key} is not unique");
    }

    public void Matches(IEnumerable<RelationMatches> all)
    {
        var relations = MatchWords.Relations(definition);
        foreach (var matches in all) error.WriteLine(MatchWords.Of(matches, relations[matches.Relation]));
    }

    public void Check(CheckResult check) => error.WriteLine($"{(check.Passed ? "ok" : "FAILED")}: {check.Name}: {check.Found}");

    /// <param name="isTable">True when the last outputs are compared all the same.</param>
    public void NotCompared(bool isTable) =>
        error.WriteLine($"{(isTable ? SampleFolder.DeadLetters : $"{SampleFolder.Expected} and {SampleFolder.DeadLetters}")}: not compared, what is there depends on the order of arrival");

    public void Same(int first, int orders) => error.WriteLine(
        $"ok: the last outputs are the same in {(orders == 1 ? $"the order of seed {first}" : $"{orders:N0} orders of arrival, seeds {first} to {unchecked(first + orders - 1)}")}, as in the order of the files");

    public void Differs(int seed, int tried, int orders, (string Key, string? Here, string? There) difference) => error.WriteLine(
        $"FAILED: the last output of '{difference.Key}' depends on the order of arrival: {ExampleCheck.Shown(difference.Here)} in the order of the files, "
        + $"{ExampleCheck.Shown(difference.There)} in the order that --seed {seed} makes ({tried:N0} of {orders:N0} tried)");

    /// <summary>Says so when a difference need not be a mistake.</summary>
    public void OrderMatters(JoinCounts counts)
    {
        if (OrderDependence.Of(definition, counts) is { } reason) error.WriteLine(reason);
    }
}
