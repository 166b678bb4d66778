namespace EntitySync.Local.New;

/// <summary>The scalars that a path finds in the rows of a sample.</summary>
/// <param name="path">As definitions write it.</param>
/// <param name="rows">How many rows there are.</param>
internal sealed class SampleColumn(string path, int rows)
{
    /// <summary>Longest value that may be a key.</summary>
    private const int LongestKey = 200;

    private readonly List<(int Row, string Value)> _values = [];
    private readonly HashSet<string> _distinct = new(StringComparer.Ordinal);
    private int _rowsWithValue;
    private bool _isOfKeys = true;

    public string Path { get; } = path;

    /// <summary>True when a row may have several.</summary>
    public bool IsMany { get; } = path.Contains("[]", StringComparison.Ordinal);

    /// <summary>The property the values are in.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..].Replace("[]", "", StringComparison.Ordinal);

    public bool IsTopLevel => !IsMany && !Path.Contains('.', StringComparison.Ordinal);

    public IReadOnlySet<string> Distinct => _distinct;

    public IReadOnlyList<(int Row, string Value)> Values => _values;

    /// <summary>True when the values may be those of a key: text that is not long, whole numbers.</summary>
    public bool IsOfKeys => _isOfKeys && _values.Count > 0;

    /// <summary>True when every row has a value.</summary>
    public bool IsFull => _rowsWithValue == rows;

    /// <summary>True when no value comes twice.</summary>
    public bool IsUnique => _distinct.Count == _values.Count;

    public bool IsOfWholeNumbers => _distinct.All(value => long.TryParse(value, out _));

    public void Add(int row, string value, bool isKey)
    {
        if (_values.Count == 0 || _values[^1].Row != row) _rowsWithValue++;
        _values.Add((row, value));
        _distinct.Add(value);
        if (!isKey || value.Length is 0 or > LongestKey) _isOfKeys = false;
    }
}
