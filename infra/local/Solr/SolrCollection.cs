namespace EntitySync.Local.Solr;

/// <summary>The documents of one collection. Thread-safe; a search sees all changes made before it.</summary>
/// <param name="uniqueKey">Name of the unique key field.</param>
/// <param name="fields">Fields of the schema beside those that documents bring.</param>
public sealed class SolrCollection(string uniqueKey, IEnumerable<string> fields)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SolrDocument> _documents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fields = [uniqueKey, .. fields];
    private SolrDocument[]? _sorted = [];

    public string UniqueKey => uniqueKey;

    public int Count
    {
        get
        {
            lock (_lock) return _documents.Count;
        }
    }

    public void Upsert(SolrDocument document)
    {
        lock (_lock)
        {
            _documents[document.Key] = document;
            _fields.UnionWith(document.Fields.Keys);
            _sorted = null;
        }
    }

    /// <summary>Indexes a JSON document; see <see cref="SolrDocument.FromJson"/>.</summary>
    public void Upsert(string key, ReadOnlySpan<byte> json) => Upsert(SolrDocument.FromJson(key, json));

    public void Delete(string key)
    {
        lock (_lock)
        {
            if (_documents.Remove(key)) _sorted = null;
        }
    }

    public bool HasField(string field)
    {
        lock (_lock) return _fields.Contains(field);
    }

    /// <summary>All documents by the UTF-8 bytes of their key, as Solr sorts string fields. The array is never changed.</summary>
    internal SolrDocument[] Sorted()
    {
        lock (_lock)
        {
            if (_sorted is not null) return _sorted;
            var sorted = _documents.Values.ToArray();
            Array.Sort(sorted, (left, right) => left.SortKey.AsSpan().SequenceCompareTo(right.SortKey));
            return _sorted = sorted;
        }
    }
}
