using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// Stage 1: one pass over the root's bytes. Checks the document and its key, collects match keys and the places of properties that the
/// definition may overwrite. A problem ends the pass; <see cref="Problem"/> says what and where.
/// </summary>
internal ref struct RootScanner(EnricherPlan plan, ReadOnlySpan<byte> recordKey, bool hasKey, ReadOnlySpan<byte> root, EnrichmentBuffer buffer)
{
    private readonly EnricherPlan _plan = plan;
    private readonly ReadOnlySpan<byte> _recordKey = recordKey;
    private readonly bool _hasKey = hasKey && plan.HasKey;
    private readonly ReadOnlySpan<byte> _root = root;
    private readonly EnrichmentBuffer _buffer = buffer;
    private readonly int _firstKey = buffer.Keys.Count;
    private readonly int _firstMember = buffer.Members.Count;
    private Utf8JsonReader _reader = new(root, new JsonReaderOptions { MaxDepth = plan.Limits.MaximumDepth });
    private int _matchValues;
    private bool _keySeen;

    public string? Problem { get; private set; }

    public RootScan Scan()
    {
        if (!IsSound()) return default;
        if (_plan.Slots > 0) _buffer.Captured.Begin(_plan.Slots, _plan.Counters);
        try
        {
            return Document();
        }
        catch (JsonException exception)
        {
            Problem = $"not valid JSON at byte {_reader.BytesConsumed}: {Reasons.Syntax(exception)}";
            return default;
        }
    }

    private bool IsSound()
    {
        if (_root.Length == 0) return Fail("the value is empty");
        if (_root.Length > _plan.Limits.MaximumDocumentBytes) return Fail($"the document has {_root.Length} bytes, more than {_plan.Limits.MaximumDocumentBytes}");
        return Utf8.IsValid(_root) || Fail($"not valid UTF-8 at byte {FirstInvalid(_root)}");
    }

    private RootScan Document()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject) return Failed($"the document is {Reasons.Kind(_reader.TokenType)}, one object is expected");
        var properties = 0;
        var previousEnd = (int)_reader.BytesConsumed;
        Span<ulong> seen = stackalloc ulong[_plan.Top.SeenWords()];
        seen.Clear();
        var memberOpen = false;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = (int)_reader.TokenStartIndex;
            if (memberOpen) _buffer.Members[_buffer.Members.Count - 1].NextName = nameStart;
            memberOpen = false;
            var entry = _plan.Top.Find(ref _reader);
            if (entry is not null && !IsFirst(seen, entry)) return default;
            _reader.Read();
            var valueStart = (int)_reader.TokenStartIndex;
            if (entry?.Node is { } node && !Visit(node)) return default;
            if (entry?.Node is null) _reader.Skip();
            var valueEnd = (int)_reader.BytesConsumed;
            if (entry is { Target: >= 0 })
            {
                _buffer.Members.Add(new TargetMember(entry.Target, properties, previousEnd, nameStart, valueStart, valueEnd));
                memberOpen = true;
            }

            previousEnd = valueEnd;
            properties++;
        }

        _reader.Read(); // throws on anything but white space after the closing brace
        if (_plan.Slots > 0 && !ComposeKeys()) return default;
        if (_hasKey && !_keySeen) return Failed($"root key '{_plan.KeyPath}' is absent or null");
        return new RootScan
        {
            FirstKey = _firstKey,
            KeyCount = _buffer.Keys.Count - _firstKey,
            FirstMember = _firstMember,
            MemberCount = _buffer.Members.Count - _firstMember,
            PropertyCount = properties,
            LastEnd = previousEnd,
        };
    }

    // Leaves the reader on the last token of the value, whatever the value is.
    private bool Visit(PathNode node) => node switch
    {
        _ when _reader.TokenType == JsonTokenType.Null => true,
        { Element: { } element } => VisitArray(node, element),
        { Properties: { } properties } => VisitObject(node, properties),
        { IsMatch: false } when !_hasKey => SkipValue(),
        _ => VisitScalar(node),
    };

    private bool SkipValue()
    {
        _reader.Skip();
        return true;
    }

    private bool VisitArray(PathNode node, PathNode element)
    {
        if (_reader.TokenType != JsonTokenType.StartArray) return Unexpected(node, "an array");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (element.Counter >= 0) _buffer.Captured.NextElement(element.Counter);
            if (!Visit(element)) return false;
        }

        return true;
    }

    private bool VisitObject(PathNode node, PropertyTable properties)
    {
        if (_reader.TokenType != JsonTokenType.StartObject) return Unexpected(node, "an object");
        Span<ulong> seen = stackalloc ulong[properties.SeenWords()];
        seen.Clear();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var entry = properties.Find(ref _reader);
            if (entry is not null && !IsFirst(seen, entry)) return false;
            _reader.Read();
            if (entry?.Node is { } child && !Visit(child)) return false;
            if (entry?.Node is null) _reader.Skip();
        }

        return true;
    }

    private bool VisitScalar(PathNode node)
    {
        if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return Unexpected(node, "a string or a number");
        var key = new MatchKey(-1, (int)_reader.TokenStartIndex + (_reader.TokenType == JsonTokenType.String ? 1 : 0), _reader.ValueSpan.Length, false);
        if (_reader.ValueIsEscaped && !TryUnescape(node, ref key)) return false;
        if (node.IsRootKey && _hasKey && !IsRecordKey(_buffer.Text(key, _root))) return false;
        foreach (var relation in node.Relations)
        {
            if (!AddKey(key with { Relation = relation })) return false;
        }

        return node.Slot < 0 || Capture(node, key);
    }

    private bool Capture(PathNode node, in MatchKey text) =>
        _buffer.Captured.Add(node.Slot, node.SlotCounter, text) <= _plan.Limits.MaximumMatchValues || FailTooMany();

    private bool ComposeKeys()
    {
        var bytesLeft = (long)_plan.Limits.MaximumDocumentBytes;
        foreach (var composed in _plan.ComposedKeys)
        {
            if (composed.Relation == ComposedKey.RootKey && !_hasKey) continue;
            for (var isFound = _buffer.Captured.MoveFirst(composed); isFound; isFound = _buffer.Captured.MoveNext(composed))
            {
                if (!Compose(composed, ref bytesLeft)) return false;
            }
        }

        return true;
    }

    // Composed keys repeat texts of the root, so they are bounded together. A key that is there already leaves no copy.
    private bool Compose(ComposedKey composed, ref long bytesLeft)
    {
        var start = _buffer.Unescaped.Count;
        if (!composed.Composer.TryAppend(_buffer.Unescaped, new ComposedTexts(composed, _buffer, _root), bytesLeft))
        {
            return Fail($"the composed keys have more than {_plan.Limits.MaximumDocumentBytes} bytes");
        }

        var key = new MatchKey(composed.Relation, start, _buffer.Unescaped.Count - start, true);
        bytesLeft -= key.Length;
        if (composed.Relation == ComposedKey.RootKey) return IsRecordKey(_buffer.Text(key, _root));
        var count = _buffer.Keys.Count;
        if (!AddKey(key)) return false;
        if (_buffer.Keys.Count == count) _buffer.Unescaped.Truncate(start);
        return true;
    }

    private bool TryUnescape(PathNode node, ref MatchKey key)
    {
        var unescaped = _buffer.Unescaped;
        var start = unescaped.Count;
        try
        {
            var length = _reader.CopyString(unescaped.Reserve(_reader.ValueSpan.Length));
            unescaped.Advance(length);
            key = new MatchKey(-1, start, length, true);
            return true;
        }
        catch (InvalidOperationException)
        {
            return Fail($"'{node.Path}' has half a surrogate pair in its text at byte {_reader.TokenStartIndex}");
        }
    }

    private bool IsRecordKey(scoped ReadOnlySpan<byte> text)
    {
        _keySeen = true;
        return text.SequenceEqual(_recordKey) || Fail($"key differs: the record's is {Reasons.Quote(_recordKey)}, '{_plan.KeyPath}' says {Reasons.Quote(text)}");
    }

    private bool AddKey(MatchKey added)
    {
        if (++_matchValues > _plan.Limits.MaximumMatchValues) return FailTooMany();
        var text = _buffer.Text(added, _root);
        foreach (ref readonly var key in _buffer.Keys.Span[_firstKey..])
        {
            if (key.Relation == added.Relation && _buffer.Text(key, _root).SequenceEqual(text)) return true;
        }

        _buffer.Keys.Add(added);
        _buffer.Rows.Add(null);
        return true;
    }

    private bool IsFirst(scoped Span<ulong> seen, PropertyEntry entry) =>
        entry.IsFirst(seen) || Fail($"property '{entry.Text}' appears twice, again at byte {_reader.TokenStartIndex}");

    private bool Unexpected(PathNode node, string expected) =>
        Fail($"'{node.Path}': {expected} is expected, found {Reasons.Kind(_reader.TokenType)} at byte {_reader.TokenStartIndex}");

    private bool FailTooMany() => Fail($"more than {_plan.Limits.MaximumMatchValues} match values");

    private bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }

    private RootScan Failed(string problem)
    {
        Problem = problem;
        return default;
    }

    private readonly ref struct ComposedTexts(ComposedKey key, EnrichmentBuffer buffer, ReadOnlySpan<byte> root) : IFieldTexts
    {
        private readonly ComposedKey _key = key;
        private readonly EnrichmentBuffer _buffer = buffer;
        private readonly ReadOnlySpan<byte> _root = root;

        public ReadOnlySpan<byte> Of(int field) => _buffer.Text(_buffer.Captured.TextOf(_key.Slots[field]), _root);
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }
}
