using EntitySync.Core.Enrichment;
using EntitySync.Core.Messages;
using EntitySync.Core.Reconciliation.Reading;
using EntitySync.Core.State;

namespace EntitySync.Core.Reconciliation;

/// <summary>What one batch holds of one entity.</summary>
internal sealed class EntityMessages(CompiledReconciliation compiled, string id)
{
    private const int SmallestIndexed = 16;

    private readonly List<(ExpectedMessage Message, MessageReference Reference)> _expected = [];
    private readonly List<(Arrival Arrival, MessageReference Reference)> _pieces = [];
    private HashSet<string>? _elements;

    public CompiledReconciliation Compiled { get; } = compiled;

    public string Id { get; } = id;

    /// <summary>All of them, superseded and repeated ones too: when the entity fails, they come again.</summary>
    public List<MessageReference> All { get; } = [];

    /// <summary>Pieces, each element once: as in the table, the first one stays.</summary>
    public IReadOnlyList<(Arrival Arrival, MessageReference Reference)> Pieces => _pieces;

    public bool IsFailed { get; set; } = true;

    public void Add(in ExpectedMessage message, in MessageReference reference)
    {
        All.Add(reference);
        _expected.Add((message, reference));
    }

    public void Add(in ArrivedMessage message, in MessageReference reference)
    {
        All.Add(reference);
        if (!IsNew(message.Element)) return;
        _pieces.Add((new Arrival(message.Element, reference.Position, reference.Record.Timestamp, message.Fields, message.Amount), reference));
    }

    /// <summary>The messages that say what is expected, newest first. Only the newest counts, unless it cannot be used.</summary>
    public IReadOnlyList<(ExpectedMessage Message, MessageReference Reference)> NewestFirst()
    {
        _expected.Sort(static (a, b) => IsNewer(a.Reference, b.Reference) ? -1 : IsNewer(b.Reference, a.Reference) ? 1 : 0);
        return _expected;
    }

    // As the table decides it (ExpectedChange.IsNewerThan).
    private static bool IsNewer(in MessageReference one, in MessageReference other) =>
        one.Position.Partition == other.Position.Partition ? one.Record.Offset > other.Record.Offset : one.Record.Timestamp > other.Record.Timestamp;

    private bool IsNew(string element)
    {
        if (_elements is null && _pieces.Count < SmallestIndexed) return !_pieces.Exists(piece => piece.Arrival.Element == element);
        _elements ??= new HashSet<string>(_pieces.Select(piece => piece.Arrival.Element), StringComparer.Ordinal);
        return _elements.Add(element);
    }
}
