using System.Text;
using System.Text.Json;

namespace EntitySync.Core.Joins.Debezium;

/// <summary>The properties of one object that tell what kind of message it is.</summary>
internal struct EnvelopeMembers
{
    private static readonly (byte[] Name, Member Member)[] Names =
        [.. Enum.GetValues<Member>().Where(member => member != Member.None).Select(member => (Encoding.UTF8.GetBytes(NameOf(member)), member))];

    private static readonly (byte[] Name, Member Member)[][] NamesByLength =
        [.. Enumerable.Range(0, Names.Max(each => each.Name.Length) + 1).Select(length => Names.Where(each => each.Name.Length == length).ToArray())];

    private Member _seen;
    private JsonTokenType _schema;
    private JsonTokenType _source;
    private int _count;

    [Flags]
    private enum Member
    {
        None = 0,
        Schema = 1,
        Payload = 1 << 1,
        Op = 1 << 2,
        Before = 1 << 3,
        After = 1 << 4,
        Source = 1 << 5,
        TsMs = 1 << 6,
        Status = 1 << 7,
        Id = 1 << 8,
        EventCount = 1 << 9,
        DataCollections = 1 << 10,
        DatabaseName = 1 << 11,
        Ddl = 1 << 12,
        Deleted = 1 << 13,
    }

    /// <summary>Where the object stands.</summary>
    public int Start { get; private set; }

    public int Length { get; private set; }

    /// <summary><c>op</c> when it is one letter; else a zero.</summary>
    public char Op { get; private set; }

    public JsonTokenType After { get; private set; }

    public int AfterStart { get; private set; }

    public int AfterLength { get; private set; }

    public JsonTokenType Payload { get; private set; }

    public bool IsDeleted { get; private set; }

    /// <summary>A property that tells the kind and stands there twice; null when there is none.</summary>
    public string? Twice { get; private set; }

    public readonly bool IsWrapper => _count == 2 && Has(Member.Schema | Member.Payload) && _schema is JsonTokenType.StartObject or JsonTokenType.Null;

    public readonly bool IsEnvelope => Has(Member.Op) && (_source == JsonTokenType.StartObject || (!Has(Member.Source) && (Has(Member.Before) || Has(Member.After))));

    public readonly bool IsEnvelopeWithoutOp => _source == JsonTokenType.StartObject && (Has(Member.Before) || Has(Member.After));

    /// <summary>A heartbeat, the begin or end of a transaction, or a change of the schema, by the properties that Debezium documents for them.</summary>
    public readonly bool IsNoChange =>
        (_count == 1 && Has(Member.TsMs))
        || (Has(Member.Status | Member.Id | Member.EventCount | Member.DataCollections) && _count == (Has(Member.TsMs) ? 5 : 4))
        || (_source == JsonTokenType.StartObject && Has(Member.DatabaseName | Member.Ddl));

    /// <summary>Reads the object whose opening brace the reader stands on, and with it the one in its <c>payload</c>.</summary>
    public void Read(ref Utf8JsonReader reader, ref EnvelopeMembers payload, bool isPayload)
    {
        Start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            _count++;
            var member = MemberOf(ref reader);
            if ((_seen & member) != 0) Twice ??= NameOf(member);
            _seen |= member;
            reader.Read();
            ReadValue(ref reader, member, ref payload, isPayload);
        }

        Length = (int)reader.BytesConsumed - Start;
    }

    // Leaves the reader on the last token of the value.
    private void ReadValue(ref Utf8JsonReader reader, Member member, ref EnvelopeMembers payload, bool isPayload)
    {
        var token = reader.TokenType;
        var start = (int)reader.TokenStartIndex;
        if (member == Member.Op) Op = token == JsonTokenType.String && reader.ValueSpan.Length == 1 ? (char)reader.ValueSpan[0] : '\0';
        if (member == Member.Deleted) IsDeleted = token == JsonTokenType.True || (token == JsonTokenType.String && reader.ValueSpan.SequenceEqual("true"u8));
        if (member == Member.Payload && !isPayload && token == JsonTokenType.StartObject)
        {
            payload = default; // stands there twice, in a row that is no wrapper
            EnvelopeMembers none = default;
            payload.Read(ref reader, ref none, isPayload: true);
        }
        else reader.Skip();

        if (member == Member.Schema) _schema = token;
        if (member == Member.Source) _source = token;
        if (member == Member.Payload) Payload = token;
        if (member == Member.After) (After, AfterStart, AfterLength) = (token, start, (int)reader.BytesConsumed - start);
    }

    private readonly bool Has(Member all) => (_seen & all) == all;

    // Debezium and the converter write these names as they are, never with escapes.
    private static Member MemberOf(ref Utf8JsonReader reader)
    {
        var found = reader.ValueSpan;
        if (found.Length >= NamesByLength.Length) return Member.None;
        foreach (var (name, member) in NamesByLength[found.Length])
        {
            if (found.SequenceEqual(name)) return member;
        }

        return Member.None;
    }

    private static string NameOf(Member member) => member switch
    {
        Member.TsMs => "ts_ms",
        Member.EventCount => "event_count",
        Member.DataCollections => "data_collections",
        Member.DatabaseName => "databaseName",
        Member.Deleted => "__deleted",
        _ => member.ToString().ToLowerInvariant(),
    };
}
