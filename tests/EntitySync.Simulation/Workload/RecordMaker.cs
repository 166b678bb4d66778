using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;

namespace EntitySync.Simulation.Workload;

/// <summary>Draws records from few keys and few values, so that they collide. A bad record is drawn now and then.</summary>
/// <param name="simulated">What is run.</param>
/// <param name="hasSpellings">One document may be written in several ways.</param>
public sealed class RecordMaker(SimulationCase simulated, bool hasSpellings = true)
{
    // One value is a number, which joins with its text; one is written with an escape, which is no other value.
    private readonly string[] _values = ["\"a\"", "\"b\"", "7", "\"a\"", "\"b\"", "\"7\"", hasSpellings ? "\"\\u0061\"" : "\"a\"", "\"\""];
    private readonly bool _hasOwnFields = hasSpellings || simulated.Definition.Emit.When != EmitWhen.OnChange; // a relation writes where the field stands, or at the end
    private readonly bool _hasSecondColumn = simulated.Definition.AllRelations.Any(relation => relation.Key.Paths.Any(path => path.Text == ShapeGrid.SecondColumn));
    private int _count;

    public (string Topic, byte[]? Key, byte[]? Value, bool IsBad) Root(Dice dice)
    {
        var (key, value, isBad) = simulated.Root switch
        {
            RootShape.Changes => Change(dice),
            RootShape.Stream => Event(dice),
            _ => TableRoot(dice),
        };
        return (DefinitionGrid.RootTopic, key is null ? null : Bytes(key), value is null ? null : Bytes(value), isBad);
    }

    public (string Topic, byte[]? Key, byte[]? Value, bool IsBad) Related(Dice dice)
    {
        if (simulated.Definition.Relations.IsEmpty) return Root(dice);
        var relation = dice.Pick([.. simulated.Definition.AllRelations]);
        var key = Key(dice, "r", simulated.RelatedRows);
        if (dice.Chance(20)) return (relation.From, Bytes(key), null, false);
        if (dice.Chance(4)) return (relation.From, Bytes(key), Bytes(dice.Pick(["{\"v\":", "{\"v\":[],\"x\":0}", "{\"v\":{},\"x\":0}", "[]"])), true);
        var text = new StringBuilder($"{{\"rid\":\"{key}\"");
        if (!dice.Chance(10)) Append(text, "v", dice.Chance(5) ? "null" : dice.Pick(_values));
        if (!dice.Chance(10)) text.Append($",\"m\":{dice.Below(3)}");
        text.Append($",\"t\":{(dice.Chance(15) ? dice.Below(2) : 100 + _count++)}");
        AppendMatches(dice, text, relation.Relations);
        return (relation.From, Bytes(key), Bytes(text.Append('}').ToString()), false);
    }

    /// <summary>A stream has no replays: another event.</summary>
    public (string Topic, byte[]? Key, byte[]? Value, bool IsBad) Replay(Dice dice)
    {
        if (simulated.Root == RootShape.Stream) return Root(dice);
        var topic = simulated.Definition.ReplayTopic();
        var key = Bytes(Key(dice, "e", simulated.Entities));
        return dice.Chance(4)
            ? (topic, key, dice.Chance(50) ? null : Bytes("{}"), true)
            : (topic, key, new ReplayMessage($"replay-{_count++}", []).ToUtf8(), false);
    }

    /// <summary>Whether intake tasks pass on a row that is bad nevertheless.</summary>
    public static bool IsUnjoinable(byte[]? value) => value.AsSpan().IndexOf("{}"u8) >= 0;

    private (string? Key, string? Value, bool IsBad) TableRoot(Dice dice)
    {
        var key = Key(dice, "e", simulated.Entities);
        if (dice.Chance(15)) return (key, null, false);
        if (dice.Chance(4)) return (key, dice.Pick(["{\"id\":", "{\"id\":\"other\"}", "[]", "", .. Unjoinable($"\"id\":\"{key}\"")]), true);
        return (key, Document(dice, $"\"id\":\"{key}\""), false);
    }

    /// <summary>Rows have a primary key of their own; their entity's key changes, and two of them may have the same for a while, or for ever.</summary>
    private (string? Key, string? Value, bool IsBad) Change(Dice dice)
    {
        var row = Key(dice, "u", simulated.Entities);
        var key = $"{{\"uid\":\"{row}\"}}";
        if (dice.Chance(15)) return (key, dice.Chance(60) ? "{\"op\":\"d\",\"before\":null,\"after\":null}" : null, false);
        if (dice.Chance(4) && Unjoinable($"\"uid\":\"{row}\",\"id\":\"{Key(dice, "e", simulated.Entities)}\"") is [var after]) return (key, $"{{\"op\":\"u\",\"before\":null,\"after\":{after}}}", true);
        if (dice.Chance(4)) return (key, dice.Pick(["{\"op\":", "{\"op\":\"y\",\"after\":null}", "{\"op\":\"u\",\"after\":null}", "[]"]), true);
        if (dice.Chance(3)) return ("{\"serverName\":\"shop\"}", "{\"ts_ms\":1}", false);
        if (dice.Chance(4) && simulated.Partitions == 1) return (null, "{\"op\":\"t\",\"before\":null,\"after\":null}", false);

        // Without the entity's key the row leaves the entity it was: the dead letter is not all it leads to.
        var hasEntity = !dice.Chance(5);
        var entity = hasEntity ? $"\"{Key(dice, "e", simulated.Entities)}\"" : "null";
        return (key, $"{{\"op\":\"{dice.Pick(["c", "u", "r"])}\",\"before\":null,\"after\":{Document(dice, $"\"uid\":\"{row}\",\"id\":{entity}")}}}", !hasEntity);
    }

    private (string? Key, string? Value, bool IsBad) Event(Dice dice)
    {
        var key = dice.Chance(35) ? null : Key(dice, "e", simulated.Entities);
        if (dice.Chance(4)) return (key, dice.Pick(["{\"id\":", "[]", "", null, .. Unjoinable("\"id\":1")]), true);
        return (key, Document(dice, $"\"id\":\"{key}\",\"event\":{_count++}"), false);
    }

    /// <summary>A document that is good but for what a relation joins by; none without relations.</summary>
    private string[] Unjoinable(string begin) => simulated.Definition.Relations is [var relation, ..]
        ? [$"{{{begin},\"x\":0,\"{Field(relation)}\":{(relation.Match.IsMany ? "[{}]" : "{}")}}}"]
        : [];

    private string Document(Dice dice, string begin)
    {
        var text = new StringBuilder($"{{{begin},\"n\":{dice.Below(3)}");
        AppendMatches(dice, text, simulated.Definition.Relations);
        return text.Append('}').ToString();
    }

    // Relation r3 joins f3 and writes t3, at whatever level.
    private void AppendMatches(Dice dice, StringBuilder text, ImmutableArray<RelationDefinition> relations)
    {
        foreach (var relation in relations)
        {
            Append(text, Field(relation), relation.Match.IsMany ? Array(dice) : Scalar(dice));
            if (dice.Chance(10) && _hasOwnFields) text.Append($",\"t{relation.Name[1..]}\":\"own\"");
        }

        if (_hasSecondColumn && !dice.Chance(10)) text.Append($",\"{ShapeGrid.SecondColumn}\":{(dice.Chance(5) ? "null" : dice.Chance(20) ? "1" : "0")}");
    }

    private static string Field(RelationDefinition relation) => $"f{relation.Name[1..]}";

    private static void Append(StringBuilder text, string name, string? json)
    {
        if (json is not null) text.Append($",\"{name}\":{json}");
    }

    private string? Scalar(Dice dice) => dice.Below(10) switch
    {
        0 => null,
        1 => "null",
        _ => dice.Pick(_values),
    };

    private string? Array(Dice dice) => dice.Below(12) switch
    {
        0 => null,
        1 => "null",
        2 => "[]",
        3 => $"[null,{dice.Pick(_values)}]",
        _ => $"[{string.Join(',', Enumerable.Range(0, 1 + dice.Below(3)).Select(_ => dice.Pick(_values)))}]",
    };

    private static string Key(Dice dice, string prefix, int count) => $"{prefix}{dice.Below(count)}";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
