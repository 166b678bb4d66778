using EntitySync.Simulation.Log;
using EntitySync.Simulation.Nodes;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation;

/// <summary>
/// Draws what happens next. Each step has dice of its own, so that a failing run stays much the same when other steps are left out.
/// </summary>
public sealed class Schedule(SimulatedWorld world)
{
    private const int MostRounds = 20_000;

    private readonly RecordMaker _maker = new(world.Case);

    public void Step(Dice dice)
    {
        var luck = dice.Below(100);
        if (luck < 9) world.Write(_maker.Root(dice));
        else if (luck < 18) world.Write(_maker.Related(dice));
        else if (luck < 21) world.Write(_maker.Replay(dice));
        else if (luck < 26) RestoreOne(dice);
        else if (luck < 78) Work(dice);
        else if (luck < 84) Fanout(dice);
        else if (luck < 91) Commit(dice);
        else if (world.Case.HasFaults) Fault(dice);
    }

    /// <summary>Faults end: what is dead starts again, and everybody works until nothing is left to do. Without transactions, old answers then come once more and
    /// all start again, which must change nothing; replays show what the tasks hold then.</summary>
    public void Settle(Dice dice)
    {
        foreach (var zombie in world.Zombies.ToList()) world.Crash(zombie, dice);
        foreach (var node in world.Nodes) node.CrashAfter(-1);
        ComeToRest(dice);
        if (!world.Case.HasFaults || world.Case.IsExactlyOnce) return;
        for (var count = 0; count < 3; count++) world.RepeatAnswer(dice);
        ComeToRest(dice);
        foreach (var node in world.Nodes.ToList()) world.Crash(node, dice);
        ComeToRest(dice);
        for (var count = 0; count < 2 * world.Case.Entities; count++) world.Write(_maker.Replay(dice));
        ComeToRest(dice);
    }

    private void ComeToRest(Dice dice)
    {
        Restart();
        world.ExpireTransactions();
        for (var round = 0; round < MostRounds; round++)
        {
            if (!WorkOnce(dice)) return;
        }

        throw new InvalidOperationException($"It does not come to rest in {MostRounds} rounds.");
    }

    private bool WorkOnce(Dice dice)
    {
        if (world.Tasks.Any(task => task.Task is null))
        {
            RestoreOne(dice);
            CommitAll(dice);
            return true;
        }

        var ready = Ready();
        var fanouts = Fanouts();
        if (ready.Count + fanouts.Count > 0 && !dice.Chance(5))
        {
            var pick = dice.Below(ready.Count + fanouts.Count);
            if (pick < ready.Count) Take(ready[pick], dice);
            else Fanout(fanouts[pick - ready.Count], dice);
            return true;
        }

        return CommitAll(dice) || ready.Count + fanouts.Count > 0;
    }

    private void Work(Dice dice)
    {
        for (var count = dice.Pick([1, 1, 2, 5]); count > 0; count--)
        {
            var ready = IsSlowStep(dice) ? [.. world.Nodes.SelectMany(ReadyButBroadcasts)] : Ready();
            if (dice.Chance(20)) ready.AddRange(world.Zombies.SelectMany(ReadyOf));
            if (ready.Count > 0) Take(dice.Pick(ready), dice);
        }
    }

    /// <summary>In some worlds the second node is slow to follow broadcast topics, so that hand-overs meet tables of different age.</summary>
    private bool IsSlowStep(Dice dice) => world.Case.HasSlowBroadcasts && !dice.Chance(5);

    private static IEnumerable<(SimulatedNode Node, Action Take)> ReadyButBroadcasts(SimulatedNode node) => node.Readable()
        .Where(readable => node.Id != "node-1" || node.BroadcastNext(readable.Record.Position.Topic, readable.Record.Position.Partition) is null)
        .Select(readable => (node, readable.Take));

    private List<(SimulatedNode Node, Action Take)> Ready() => [.. world.Nodes.SelectMany(ReadyOf)];

    private static IEnumerable<(SimulatedNode Node, Action Take)> ReadyOf(SimulatedNode node) => node.Readable().Select(readable => (node, readable.Take));

    private void Take((SimulatedNode Node, Action Take) ready, Dice dice) => world.Run(ready.Node, dice, ready.Take);

    private List<(SimulatedNode Node, NodeTask Task)> Fanouts() =>
        [.. world.Nodes.SelectMany(node => node.Live.Where(task => task.Task!.HasFanout).Select(task => (node, task)))];

    private void Fanout(Dice dice)
    {
        if (Fanouts() is { Count: > 0 } fanouts) Fanout(dice.Pick(fanouts), dice);
    }

    private void Fanout((SimulatedNode Node, NodeTask Task) fanout, Dice dice)
    {
        world.Trace?.Say($"{fanout.Node.Id} {fanout.Task.Name} goes on with its fan-out");
        world.Run(fanout.Node, dice, () => fanout.Node.Fanout(fanout.Task, 1 + dice.Below(3)));
    }

    private void RestoreOne(Dice dice)
    {
        var waiting = world.Nodes.SelectMany(node => node.Tasks.Where(task => task.Task is null).Select(task => (node, task))).ToList();
        if (waiting.Count == 0) return;
        var (owner, chosen) = dice.Pick(waiting);
        world.Run(owner, dice, () =>
        {
            if (owner.TryRestore(chosen)) world.Trace?.Say($"{owner.Id} has restored {chosen.Name} (life {chosen.Life})");
        });
    }

    private void Commit(Dice dice)
    {
        var nodes = world.Nodes.Concat(world.Zombies).Where(node => node.HasUncommitted).ToList();
        if (nodes.Count > 0) Commit(dice.Pick(nodes), dice);
    }

    private void Commit(SimulatedNode node, Dice dice)
    {
        world.Trace?.Say($"{node.Id} commits");
        world.Run(node, dice, node.Commit);
    }

    private bool CommitAll(Dice dice)
    {
        var dirty = world.Nodes.Where(node => node.HasUncommitted).ToList();
        foreach (var node in dirty) Commit(node, dice);
        return dirty.Count > 0;
    }

    private void Fault(Dice dice)
    {
        var node = world.Nodes.Count > 0 ? dice.Pick(world.Nodes) : null;
        switch (dice.Below(11))
        {
            case 0 when node is not null:
                world.Crash(node, dice);
                break;
            case 1 when node is not null:
                node.CrashAfter(dice.Below(8));
                break;
            case 2 when node is not null && world.Case.IsExactlyOnce:
                world.Expel(node, dice);
                break;
            case 3 or 4:
                Restart();
                break;
            case 5 or 8 when world.Nodes.Count > 1 && node!.Tasks.Count > 0:
                var task = dice.Pick(node.Tasks);
                var other = dice.Pick(world.Nodes.FindAll(candidate => candidate != node));
                world.Run(node, dice, () => world.Move(task, node, other));
                break;
            case 6:
                world.ExpireTransactions();
                break;
            case 7 when !world.Case.IsExactlyOnce && node is not null:
                node.Producer.Land(1 + dice.Below(4), () => dice.Chance(25));
                break;
            case 9 when !world.Case.IsExactlyOnce:
                world.RepeatAnswer(dice);
                break;
            default:
                Compact(dice);
                break;
        }
    }

    private void Restart()
    {
        for (var index = 0; index < world.Case.Nodes; index++)
        {
            var id = $"node-{index}";
            if (!world.Nodes.Exists(node => node.Id == id)) world.Join(id);
        }
    }

    private void Compact(Dice dice)
    {
        var candidates = world.Log.Partitions.Where(partition => partition.IsCompacted && partition.End > 0).ToList();
        if (candidates.Count == 0) return;
        var partition = dice.Pick(candidates);
        world.Compact(partition, 1 + dice.Below((int)partition.End));
    }
}
