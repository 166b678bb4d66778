using System.Reflection;
using EntitySync.Local.Advise;
using EntitySync.Local.Runner;

namespace EntitySync.Tests.Local.Advise;

public sealed class BenchmarkFiguresTests
{
    private const string Page = """
        # Joining

        Items of 183 bytes on average
        that name 2 of 50 classes.

            dotnet run -c Release --project tests/EntitySync.Benchmarks -- topology --items 1

        ## Rates

        | | EntitySync | naive |
        | --- | ---: | ---: |
        | items/s | 1,000.0 | 20 |

        """;

    private static readonly Figure Rate = new(1000, "topology.md", "topology --items 1", "Joining / Rates", "items/s", "EntitySync");
    private static readonly Figure Size = new(183, "topology.md", "topology --items 1", "Joining", "Items of # bytes on average");

    [Fact]
    public void EveryFigure_StandsInTheCommittedResults()
    {
        var figures = typeof(BenchmarkFigures).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name, Figure: (Figure)field.GetValue(null)!)).ToList();
        var files = figures.Select(figure => figure.Figure.File).Distinct().ToDictionary(file => file, file => new ResultsFile(File.ReadAllText(Checkout.PathOf("tests", "EntitySync.Benchmarks", "results", file))));

        figures.Select(figure => (figure.Name, Problem: files[figure.Figure.File].ProblemOf(figure.Figure))).Where(figure => figure.Problem is not null).ShouldBeEmpty();
        files.Keys.Order().ShouldBe(["enrich.md", "profile.md", "reconcile.md", "topology.md"]);
    }

    [Theory]
    [InlineData("1,000.0", "1,249", null)]
    [InlineData("1,000.0", "801", null)]
    [InlineData("1,000.0", "1,251", "1000 is used, and 1251 was measured")]
    [InlineData("1,000.0", "799", "1000 is used, and 799 was measured")]
    [InlineData("| items/s", "| items/min", "'items/s' stands 0 times under 'Joining / Rates' in column 'EntitySync'")]
    [InlineData("EntitySync |", "ours |", "'items/s' stands 0 times under 'Joining / Rates' in column 'EntitySync'")]
    [InlineData("## Rates", "## Speeds", "'items/s' stands 0 times under 'Joining / Rates' in column 'EntitySync'")]
    [InlineData("--items 1\n", "--items 2\n", "the command 'topology --items 1' is gone")]
    public void AChangedTable_IsNoticed(string was, string now, string? problem) =>
        new ResultsFile(Page.Replace(was, now, StringComparison.Ordinal)).ProblemOf(Rate).ShouldBe(problem);

    [Theory]
    [InlineData("183", "200", null)]
    [InlineData("183", "250", "183 is used, and 250 was measured")]
    [InlineData("bytes on average", "bytes", "'Items of # bytes on average' stands 0 times under 'Joining'")]
    public void AChangedSentence_IsNoticed(string was, string now, string? problem) =>
        new ResultsFile(Page.Replace(was, now, StringComparison.Ordinal)).ProblemOf(Size).ShouldBe(problem);
}
