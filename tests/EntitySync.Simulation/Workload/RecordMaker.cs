using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;

namespace EntitySync.Simulation.Workload;

/// <summary>Draws records from few keys and few values, so that they collide. A bad record is drawn now and then.</summary>
public sealed class RecordMaker(SimulationCase simulated, bool hasEscapes = true)
{
    // One value is a number, which joins with its text; one is written with an escape, which is no other value.
    private readonly string[] _values = ["\"a\"", "\"b\"", "7", "\"a\"", "\"b\"", "\"7\"", hasEscapes ? "\"\\u0061\"" : "\"a\"", "\"\""];
    private int _count;

    public (string Topic, byte[]? Key, byte[]? Value, bool IsBad) Root(Dice dice)
    {
        var key = Key(dice, "e", simulated.Entities);
        if (dice.Chance(15)) return (DefinitionGrid.RootTopic, Bytes(key), null, false);
        if (dice.Chance(4)) return (DefinitionGrid.RootTopic, Bytes(key), Bytes(dice.Pick(["{\"id\":", "{\"id\":\"other\"}", "[]", ""])), true);
        var text = new StringBuilder($"{{\"id\":\"{key}\",\"n\":{dice.Below(3)}");
        AppendMatches(dice, text, simulated.Definition.Relations);
        return (DefinitionGrid.RootTopic, Bytes(key), Bytes(text.Append('}').ToString()), false);
    }

    public (string Topic, byte[]? Key, byte[]? Value, bool IsBad) Related(Dice dice)
    {
        if (simulated.Definition.Relations.IsEmpty) return Root(dice);
        var relation = dice.Pick([.. simulated.Definition.AllRelations]);
        var key = Key(dice, "r", simulated.RelatedRows);
        if (dice.Chance(20)) return (relation.From, Bytes(key), null, false);
        if (dice.Chance(4)) return (relation.From, Bytes(key), Bytes(dice.Pick(["{\"v\":", "{\"v\":[]}", "{\"v\":{}}", "[]"])), true);
        var text = new StringBuilder($"{{\"rid\":\"{key}\"");
        if (!dice.Chance(10)) Append(text, "v", dice.Chance(5) ? "null" : dice.Pick(_values));
        if (!dice.Chance(10)) text.Append($",\"m\":{dice.Below(3)}");
        text.Append($",\"t\":{(dice.Chance(15) ? dice.Below(2) : 100 + _count++)}");
        AppendMatches(dice, text, relation.Relations);
        return (relation.From, Bytes(key), Bytes(text.Append('}').ToString()), false);
    }

    public (string Topic, byte[]? Key, byte[]? Value, bool IsBad) Replay(Dice dice)
    {
        var topic = simulated.Definition.ReplayTopic();
        var key = Bytes(Key(dice, "e", simulated.Entities));
        return dice.Chance(4)
            ? (topic, key, dice.Chance(50) ? null : Bytes("{}"), true)
            : (topic, key, new ReplayMessage($"replay-{_count++}", []).ToUtf8(), false);
    }

    // Relation r3 joins f3 and writes t3, at whatever level.
    private void AppendMatches(Dice dice, StringBuilder text, ImmutableArray<RelationDefinition> relations)
    {
        foreach (var relation in relations)
        {
            Append(text, $"f{relation.Name[1..]}", relation.Match.Path!.IsMany ? Array(dice) : Scalar(dice));
            if (dice.Chance(10)) text.Append($",\"t{relation.Name[1..]}\":\"own\"");
        }
    }

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
