namespace EntitySync.Local.New;

/// <summary>What the names of fields, topics and entities tell about each other.</summary>
internal static class Names
{
    private static readonly string[] Generic = ["id", "key", "name", "code", "number", "uuid"];
    private static readonly string[] KeyNames = ["sku", "ean", "isbn", "uuid", "guid", "code", "number", "email", "username", "login", "slug", "name"];

    /// <summary>How much a field looks like the key of <paramref name="owner"/>; 0 for not at all.</summary>
    public static int KeyScore(string path, string owner)
    {
        var name = Fold(path[(path.LastIndexOf('.') + 1)..]);
        var own = Singular(Fold(owner));
        var depth = path.Count(character => character == '.');
        if (name == own + "id" || name == own + "key" || name == own + "number" || name == own + "code") return 12 - depth;
        if (name is "id" or "key") return 10 - depth;
        if (name == own) return 9 - depth;
        if (KeyNames.Contains(name)) return 7 - depth;
        return name.EndsWith("id", StringComparison.Ordinal) || name.EndsWith("key", StringComparison.Ordinal) ? 4 - depth : 0;
    }

    /// <summary>How much two fields look like the same: 3 for surely, 0 for not at all.</summary>
    /// <param name="match">Field of the parent row.</param>
    /// <param name="key">Field of the related row.</param>
    /// <param name="parent">Names of the parent: entity, topic.</param>
    /// <param name="related">Names of the related rows: relation, topic.</param>
    public static double MatchScore(string match, string key, IEnumerable<string> parent, IEnumerable<string> related)
    {
        var (from, to) = (Fold(match), Fold(key));
        if (from == to) return Generic.Contains(from) ? 0.5 : 3;
        if (related.Any(name => IsOf(from, to, Singular(Fold(name))))) return 3;
        if (parent.Any(name => IsOf(to, from, Singular(Fold(name))))) return 3;
        if (Singular(from) == Singular(to)) return 3;
        return (to.Length >= 3 && from.EndsWith(to, StringComparison.Ordinal)) || (from.Length >= 3 && to.EndsWith(from, StringComparison.Ordinal)) ? 1 : 0;
    }

    /// <summary>Small letters and digits only, so that <c>repo_id</c> and <c>repoId</c> are one.</summary>
    public static string Fold(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    public static string Singular(string name) => name switch
    {
        _ when name.EndsWith("ies", StringComparison.Ordinal) && name.Length > 4 => name[..^3] + "y",
        _ when name.EndsWith("sses", StringComparison.Ordinal) || name.EndsWith("xes", StringComparison.Ordinal) || name.EndsWith("ches", StringComparison.Ordinal) => name[..^2],
        _ when name.EndsWith('s') && !name.EndsWith("ss", StringComparison.Ordinal) && name.Length > 2 => name[..^1],
        _ => name,
    };

    /// <summary><c>productid</c> refers to the <c>id</c> of a product, and so does <c>product</c>.</summary>
    private static bool IsOf(string reference, string key, string owner) =>
        owner.Length > 0 && (reference == owner + key || (Generic.Contains(key) && (Singular(reference) == owner || reference.EndsWith(owner + key, StringComparison.Ordinal))));
}
