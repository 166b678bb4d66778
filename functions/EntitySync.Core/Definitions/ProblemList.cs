using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Collects the problems of one file, at most <see cref="Limit"/> of them, each at a position inside the file.</summary>
internal sealed class ProblemList(string file, int lastLine)
{
    public const int Limit = 200;

    private readonly List<DefinitionProblem> _problems = [];
    private int _leftOut;

    public bool IsEmpty => _problems.Count == 0;

    public void Add(YamlMark mark, string path, string message, string found, string allowed, string? didYouMean = null)
    {
        if (_problems.Count >= Limit) _leftOut++;
        else _problems.Add(new DefinitionProblem(file, Math.Clamp(mark.Line, 1, lastLine), Math.Max(mark.Column, 1), path, message, found, allowed, didYouMean));
    }

    /// <summary>At the node itself; at the map around it when the node is not there.</summary>
    public void Add(YamlPlace place, string message, string found, string allowed, string? didYouMean = null) =>
        Add(place.Mark, place.Path, message, found, allowed, didYouMean);

    /// <summary>A key that names nothing; <paramref name="names"/> are the names there are.</summary>
    public void AddUnknownName(YamlScalar key, string path, string message, IReadOnlyCollection<string> names)
    {
        // A file may define thousands of names: neither the message nor the search for the nearest may grow with mistakes times names.
        if (_problems.Count >= Limit) _leftOut++;
        else Add(key.Mark, path, message, YamlScalar.Quote(key.Text), Shown(names), DidYouMean.Nearest(key.Text, names));
    }

    private static string Shown(IReadOnlyCollection<string> names)
    {
        const int Longest = 20;
        if (names.Count == 0) return "no name, there are none";
        return string.Join(", ", names.Take(Longest).Select(name => name.Length <= 100 ? name : YamlScalar.Quote(name))) + (names.Count > Longest ? $" and {names.Count - Longest} more" : "");
    }

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<DefinitionProblem> ToImmutable()
    {
        var sorted = _problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column).ToImmutableArray();
        return _leftOut == 0 ? sorted : sorted.Add(new DefinitionProblem(file, lastLine, 1, "", "too many problems to list", $"{_leftOut} more", $"{Limit} are listed"));
    }
}
