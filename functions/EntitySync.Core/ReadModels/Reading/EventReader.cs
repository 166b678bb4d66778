using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Facts;

namespace EntitySync.Core.ReadModels.Reading;

/// <summary>Reads the events of one topic. Immutable, thread-safe.</summary>
internal sealed class EventReader
{
    private readonly ReadModelTopic _topic;
    private readonly FieldReader _fields;
    private readonly KeyReader _key;
    private readonly int _time;
    private readonly int _id;
    private readonly Rule[] _rules;

    /// <exception cref="InvalidRequestException">A field may have several values.</exception>
    public EventReader(CompiledReadModel model, ReadModelTopic topic, int rank)
    {
        (_topic, Rank) = (topic, rank);
        var changes = topic.Events.SelectMany(rule => rule.Changes);
        FieldPath[] fields =
        [
            .. topic.Key.Paths,
            .. ((FieldPath?[])[topic.Time, topic.Id]).OfType<FieldPath>(),
            .. topic.Events.SelectMany(rule => rule.Where).Select(condition => condition.Field),
            .. changes.Select(change => change.Source).OfType<FieldPath>(),
            .. changes.SelectMany(change => change.Fields).Select(field => field.Source),
        ];
        var owner = $"Read model '{model.Definition.ReadModel}', topic '{topic.Topic}'";
        if (Array.Find(fields, field => field.IsMany) is { } many) throw new InvalidRequestException($"{owner}: '{many}' is not one value.");
        _fields = new FieldReader(fields, null, takesAnyShape: true);
        _key = new KeyReader(owner, topic.Key, _fields);
        _time = topic.Time is { } at ? _fields.IndexOf(at) : -1;
        _id = topic.Id is { } id ? _fields.IndexOf(id) : -1;
        _rules = [.. topic.Events.Select(rule => new Rule(rule.Deletes, new MessageFilter(rule.Where, _fields), [.. rule.Changes.Select(change => new ChangeReader(model, change, _fields))]))];
    }

    /// <summary>Of the topic among those of the definition (ordinal).</summary>
    public int Rank { get; }

    /// <summary>Reads a message; its key (UTF-8) is left in <see cref="FieldValues.Key"/>, its changes behind <paramref name="changes"/>.</summary>
    /// <param name="record">The message.</param>
    /// <param name="values">Overwritten.</param>
    /// <param name="changes">What is appended to.</param>
    /// <param name="into">Time, deletion, existence and changes.</param>
    /// <returns>Why it cannot be used; null when it can, or fits no rule (then it neither deletes the row nor makes it exist).</returns>
    public string? Read(EnrichRecord record, FieldValues values, Growable<Fact> changes, ref RowEvent into)
    {
        if (record.Problem is not null) return record.Problem;
        into.Time = record.Timestamp.ToUnixTimeMilliseconds();
        into.FirstChange = changes.Count;
        if (record.Value is not { } value) return ReadTombstone(record, values, ref into);
        var message = value.Span;
        if (_fields.Read(message, values) is { } problem) return problem;
        foreach (var rule in _rules)
        {
            if (!rule.Filter.Matches(message, values)) continue;
            into.Deletes |= rule.Deletes;
            into.Exists |= !rule.Deletes;
            foreach (var change in rule.Changes)
            {
                if (change.Read(value, values, changes) is { } bad) return bad;
            }
        }

        if (into.Deletes)
        {
            into.Exists = false;
            changes.Truncate(into.FirstChange);
        }

        into.Changes = changes.Count - into.FirstChange;
        if (!into.Deletes && !into.Exists) return null;
        return ReadTime(message, values, ref into.Time) ?? ReadId(message, values, ref into.Id) ?? _key.Compose(message, values);
    }

    private string? ReadTombstone(EnrichRecord record, FieldValues values, ref RowEvent into)
    {
        if (_topic.Tombstones == TombstoneRule.Ignore) return null;
        if (_topic.Tombstones == TombstoneRule.DeadLetter) return "a tombstone: the definition does not say what it means (tombstones: delete, or ignore)";
        if (KeyReader.ReadTombstone(record.Key) is { } problem) return problem;
        values.Key.Clear();
        values.Key.Append(record.Key!.Value.Span);
        into.Deletes = true;
        return null;
    }

    private string? ReadTime(ReadOnlySpan<byte> message, FieldValues values, ref long time)
    {
        if (_time < 0) return null;
        ref readonly var value = ref values[_time];
        if (!value.Exists) return $"the message has no value in '{_topic.Time}', its time";
        if (value.Token == JsonTokenType.Number && Utf8Parser.TryParse(value.Json(message), out time, out var read) && read == value.Length && IsMoment(time)) return null;
        if (value.Token == JsonTokenType.String && !value.IsEscaped && MomentText.TryParse(value.Text(message, values.Scratch), out var moment))
        {
            time = moment.ToUnixTimeMilliseconds();
            return null;
        }

        return $"'{_topic.Time}' is {Reasons.Quote(value.Json(message))}, neither a moment as 2026-01-31T12:00:00Z nor milliseconds since 1970";
    }

    private string? ReadId(ReadOnlySpan<byte> message, FieldValues values, ref UInt128 id)
    {
        if (_id < 0) return null;
        if (KeyReader.ReadText(_topic.Id!.Text, values[_id], message, values, out var text) is { } problem) return problem;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        id = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        return null;
    }

    private static bool IsMoment(long time) => time >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && time <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private sealed record Rule(bool Deletes, MessageFilter Filter, ChangeReader[] Changes);
}
