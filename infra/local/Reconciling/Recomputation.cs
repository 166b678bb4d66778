using System.Text.Json.Nodes;
using EntitySync.Local.Demo;

namespace EntitySync.Local.Reconciling;

/// <summary>
/// Works out from the messages alone what must become of every entity: those of one entity are put together wave by wave, with no table, no positions and no conditions.
/// </summary>
internal sealed class Recomputation(NaiveRule rule, DateTimeOffset now)
{
    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, Outcome> Of(IReadOnlyList<IReadOnlyList<SentMessage>> waves)
    {
        var entities = new Dictionary<string, Entity>(StringComparer.Ordinal);
        foreach (var wave in waves)
        {
            foreach (var message in wave.Where(message => message.Topic == rule.ExpectedTopic || message.Topic == rule.ArrivedTopic))
            {
                if (!entities.TryGetValue(message.Key, out var entity)) entities[message.Key] = entity = new Entity(rule, message.Key);
                if (message.Topic == rule.ArrivedTopic) entity.Add(JsonNode.Parse(message.Json!)!.AsObject());
                else entity.Expect(message);
            }

            foreach (var entity in entities.Values) entity.Judge(now);
        }

        return entities.ToDictionary(entity => entity.Key, entity => entity.Value.Outcome, StringComparer.Ordinal);
    }

    private sealed class Entity(NaiveRule rule, string id)
    {
        private readonly List<JsonObject> _pieces = [];
        private readonly List<string?> _tooLate = [];
        private JsonObject? _document;
        private DateTimeOffset? _first;
        private bool _isKnown;
        private bool _wasOverdue;
        private string? _output;

        private bool IsCancelled => _isKnown && (_document is null || rule.IsCancelled(_document));

        public Outcome Outcome => new(
            id, Status, _output, _wasOverdue, _pieces.Select(rule.ElementOf).ToHashSet(StringComparer.Ordinal), _document is null || IsCancelled ? null : rule.Missing(_document, _pieces), _tooLate);

        private string Status => _output is not null ? "complete" : !_isKnown ? "waiting" : IsCancelled ? "cancelled" : _wasOverdue ? "overdue" : "open";

        /// <summary>The first one of an element stays.</summary>
        public void Add(JsonObject piece)
        {
            if (!_pieces.Exists(known => rule.ElementOf(known) == rule.ElementOf(piece))) _pieces.Add(piece);
        }

        /// <summary>The last one counts; nothing changes what is complete.</summary>
        public void Expect(SentMessage message)
        {
            var document = message.Json is null ? null : JsonNode.Parse(message.Json)!.AsObject();
            if (_output is not null)
            {
                if (document is null || rule.IsCancelled(document) || !rule.AreSame(document, _document!)) _tooLate.Add(message.Json);
                return;
            }

            _first ??= message.Timestamp;
            (_document, _isKnown) = (document, true);
        }

        public void Judge(DateTimeOffset now)
        {
            if (_output is not null || _document is null || IsCancelled) return;
            if (rule.Complete(_document, _pieces) is { } pieces) _output = rule.Output(_document, pieces);
            else _wasOverdue |= rule.DueAt(_document, _first!.Value) <= now;
        }
    }
}
