namespace EntitySync.Benchmarks.Profile;

/// <summary>Figures of a run by section, row and column.</summary>
internal sealed class FigureSheet
{
    private readonly Dictionary<(string Section, string Row, string Column), double> _figures = [];

    /// <summary>0 when it is not there.</summary>
    public double this[string section, string row, string column]
    {
        get => _figures.GetValueOrDefault((section, row, column));
        set => _figures[(section, row, column)] = value;
    }

    /// <summary>Rows of a section in the order in which they came.</summary>
    public IEnumerable<string> Rows(string section) => _figures.Keys.Where(key => key.Section == section).Select(key => key.Row).Distinct();

    /// <summary>The median of each figure by itself.</summary>
    public static FigureSheet Median(IReadOnlyCollection<FigureSheet> runs)
    {
        var median = new FigureSheet();
        foreach (var (section, row, column) in runs.First()._figures.Keys) median[section, row, column] = runs.Select(run => run[section, row, column]).Order().ElementAt(runs.Count / 2);
        return median;
    }
}
