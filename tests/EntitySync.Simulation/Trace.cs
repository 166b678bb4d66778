using System.Text;
using EntitySync.Core.State;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Nodes;

namespace EntitySync.Simulation;

/// <summary>What happened, a line each: inputs, records taken, records sent, faults.</summary>
public sealed class Trace
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Say(string line) => _lines.Add(line);

    public void Written(StoredRecord record, bool isBad) => Say($"{record.Position} <= {Show(record.Key)} {Show(record.Value)}{(isBad ? " (bad)" : "")}");

    public void Taken(SimulatedNode node, string task, StoredRecord record) => Say($"{node.Id} {task} takes {record.Position} {Show(record.Key)} {Show(record.Value)}");

    public void Sent(SimulatedNode node, NodeTask from, string topic, int partition, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader> headers) => Say(
        $"{node.Id} {from.Name} sends {topic}-{partition} {Show(key)} {Show(value)}{string.Concat(headers.Select(header => $" {header.Name}={Show(header.Value.ToArray())}"))}");

    /// <summary>Text as text, other bytes in hex, so that a line stays a line.</summary>
    public static string Show(byte[]? bytes)
    {
        if (bytes is null) return "null";
        var text = new StringBuilder();
        foreach (var one in bytes) text.Append(one is >= 0x20 and < 0x7F ? (char)one : $"\\{one:x2}");
        return text.Length == 0 ? "(empty)" : text.ToString();
    }
}
