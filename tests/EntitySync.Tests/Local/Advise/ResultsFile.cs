using System.Globalization;
using System.Text.RegularExpressions;
using EntitySync.Local.Advise;

namespace EntitySync.Tests.Local.Advise;

/// <summary>A page of benchmark results, looked up as <see cref="Figure"/> says.</summary>
internal sealed class ResultsFile(string text)
{
    private readonly IReadOnlyList<(string Heading, string Line)> _lines = [.. UnderHeadings(text.Split('\n'))];

    /// <returns>What is wrong with the figure, or null.</returns>
    public string? ProblemOf(Figure figure)
    {
        if (!text.Contains("tests/EntitySync.Benchmarks -- " + figure.Command + "\n", StringComparison.Ordinal)) return $"the command '{figure.Command}' is gone";
        var found = figure.Column is { } column ? InTable(figure, column) : InSentence(figure);
        if (found is not [var value]) return $"'{figure.Row}' stands {found.Count} times under '{figure.Heading}'{(figure.Column is null ? "" : $" in column '{figure.Column}'")}";
        return value > figure.Value * Figure.Tolerance || value < figure.Value / Figure.Tolerance ? $"{figure.Value} is used, and {value} was measured" : null;
    }

    private List<double> InTable(Figure figure, string column)
    {
        var found = new List<double>();
        var titles = Array.Empty<string>();
        foreach (var line in Under(figure))
        {
            if (!line.StartsWith('|'))
            {
                titles = [];
                continue;
            }

            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (titles.Length == 0) titles = cells;
            var at = Array.IndexOf(titles, column, 1);
            if (cells[0] == figure.Row && at > 0) found.Add(Number(cells[at]));
        }

        return found;
    }

    private List<double> InSentence(Figure figure)
    {
        var prose = string.Join(' ', Under(figure).Where(line => !line.StartsWith('|')));
        return [.. Regex.Matches(prose, Regex.Escape(figure.Row).Replace(@"\#", "([0-9][0-9.,]*)", StringComparison.Ordinal)).Select(match => Number(match.Groups[1].Value))];
    }

    private IEnumerable<string> Under(Figure figure) => _lines.Where(line => line.Heading == figure.Heading).Select(line => line.Line);

    private static double Number(string text) => double.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    private static IEnumerable<(string Heading, string Line)> UnderHeadings(string[] lines)
    {
        var (first, heading) = ("", "");
        foreach (var line in lines)
        {
            if (line.StartsWith("# ", StringComparison.Ordinal)) heading = first = line[2..];
            else if (line.StartsWith("## ", StringComparison.Ordinal)) heading = $"{first} / {line[3..]}";
            else yield return (heading, line);
        }
    }
}
