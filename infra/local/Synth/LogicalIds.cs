using System.Security.Cryptography;
using System.Text;

namespace EntitySync.Local.Synth;

/// <summary>Names of resources in a template, made from names of topics, tables and definitions: letters and digits only, and never twice. The same names give the same ids.</summary>
internal sealed class LogicalIds
{
    /// <summary>CloudFormation's own limit.</summary>
    private const int Longest = 255;

    private const int HashBytes = 3;

    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);

    /// <param name="prefix">What the resource is of, <c>Enrich</c>.</param>
    /// <param name="name">A topic's, table's or definition's name, <c>item-updates</c>.</param>
    /// <param name="suffix">What it is, <c>Table</c>.</param>
    /// <returns><c>EnrichItemUpdates</c>; with six more characters when that is taken by another name, such as <c>item.updates</c>.</returns>
    public string Of(string prefix, string name, string suffix = "")
    {
        var owner = $"{prefix}/{name}/{suffix}";
        var id = prefix + Pascal(name) + suffix;
        if (id.Length > Longest || _owners.GetValueOrDefault(id, owner) != owner) id = $"{id[..Math.Min(id.Length, Longest - (2 * HashBytes))]}{Hash(owner)}";
        _owners.TryAdd(id, owner);
        return id;
    }

    private static string Pascal(string name)
    {
        var id = new StringBuilder(name.Length);
        var starts = true;
        foreach (var character in name)
        {
            var isWord = char.IsAsciiLetterOrDigit(character);
            if (isWord) id.Append(starts ? char.ToUpperInvariant(character) : character);
            starts = !isWord;
        }

        return id.ToString();
    }

    private static string Hash(string owner) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)).AsSpan(0, HashBytes));
}
