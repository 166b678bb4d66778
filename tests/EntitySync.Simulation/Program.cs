using System.CommandLine;
using EntitySync.Simulation;

var seeds = new Option<int>("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = _ => 1_000 };
var from = new Option<int>("--from") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "Run this one seed and print its trace." };
var strategy = new Option<EntitySync.Core.Definitions.Strategy[]>("--strategy") { Description = "Only definitions with these strategies.", AllowMultipleArgumentsPerToken = true };
var roots = new Option<EntitySync.Simulation.Workload.RootShape[]>("--root") { Description = "Only definitions with these roots.", AllowMultipleArgumentsPerToken = true };
var none = new Option<bool>("--no-relations") { Description = "Only definitions without relations: roots and replays alone." };
var lockStep = new Option<bool>("--lock-step") { Description = "Runs without faults that come to rest after each input, checked output by output." };
var brief = new Option<bool>("--brief") { Description = "Print a failing seed, but look for no shorter run." };
var root = new RootCommand("Runs the join topology on a simulated log with crashes, rebalances and zombies, and compares all outputs with an oracle. Exit code 1: a seed has failed.")
{
    seeds, from, seed, strategy, roots, none, lockStep, brief,
};
root.SetAction((parsed, cancellation) => Task.FromResult(SimulationConsole.Run(
    new SimulationOptions(parsed.GetValue(from), parsed.GetValue(seeds), parsed.GetValue(seed), parsed.GetValue(none) ? [] : parsed.GetValue(strategy) is { Length: > 0 } strategies ? strategies : null,
        parsed.GetValue(roots) is { Length: > 0 } shapes ? shapes : null,
        parsed.GetValue(brief),
        parsed.GetValue(lockStep)),
    Console.Out,
    cancellation)));
return await root.Parse(args).InvokeAsync();
