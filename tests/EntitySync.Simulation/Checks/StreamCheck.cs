using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation.Checks;

/// <summary>Every event of a stream is emitted, dead-lettered or dropped, once (at-least-once: once at least), with its own key, and none waits any more.
/// That they leave in the order they came, with rows that do not go back, is for <see cref="NeverStaleCheck"/>.</summary>
public sealed class StreamCheck(WorldHistory history)
{
    private EntityDefinition Definition => history.Definition;

    public IEnumerable<string> Problems() => EventProblems().Concat(OutputProblems());

    private IEnumerable<string> EventProblems()
    {
        var emitted = history.Outputs.Values.SelectMany(outputs => outputs).ToLookup(output => output.Origin.ToString());
        var refused = history.World.Log.Topic(history.World.Topology.DeadLetterTopic).SelectMany(partition => partition.ReadAll()).ToLookup(record => OutputRecord.Header(record, HeaderNames.DeadLetterPosition)!);
        var mayDrop = !Definition.Emit.Complete.IsEmpty || Definition.Relations.Any(relation => relation.Missing.Action == MissingAction.Drop);
        foreach (var written in history.World.Written.Where(written => !written.IsBad && written.Record.Position.Topic == DefinitionGrid.RootTopic))
        {
            var position = written.Record.Position.ToString();
            var times = emitted[position].Count() + refused[position].Count();
            if ((times == 0 && !mayDrop) || (times > 1 && history.World.Case.IsExactlyOnce)) yield return $"event {position} was emitted or refused {times} times";
            foreach (var output in emitted[position].Where(output => !output.Record.Key.AsSpan().SequenceEqual(written.Record.Key) || output.Record.Key is null != written.Record.Key is null)) yield return $"{output} has another key than its event";
        }
    }

    private IEnumerable<string> OutputProblems()
    {
        var events = history.World.Written.Where(written => !written.IsBad).Select(written => written.Record.Position).ToHashSet();
        foreach (var output in history.Outputs.Values.SelectMany(outputs => outputs).Where(output => !events.Contains(output.Origin))) yield return $"{output} comes from no event";
        if (!history.HasShuffle) yield break;
        foreach (var note in history.Notes().Where(note => note.Key![0] == (byte)'W')) yield return $"an event still waits: {Encoding.UTF8.GetString(note.Value!)}";
    }
}
