using System.CommandLine;
using BenchmarkDotNet.Running;
using EntitySync.Benchmarks;
using EntitySync.Benchmarks.ColdStart;
using EntitySync.Benchmarks.Profile;
using EntitySync.Benchmarks.Topology;

// Before anything else is loaded: it is measured.
if (args is [ColdStartOnce.Command, .. var ofOne]) return await ColdStartOnce.RunAsync(ofOne);

var items = new Option<int>("--items") { Description = "Distinct items.", DefaultValueFactory = _ => 10_000 };
var runs = new Option<int>("--runs") { Description = "Runs of each contender; they take turns.", DefaultValueFactory = _ => 9 };
var seconds = new Option<double>("--seconds") { Description = "Seconds a run.", DefaultValueFactory = _ => 0.5 };
var seed = new Option<int>("--seed") { Description = "Seed of the items.", DefaultValueFactory = _ => 1 };
var save = new Option<string?>("--save") { Description = "File to write the table to as well." };

var enrich = new Command("enrich", "Items a second on one core: the enricher, the whole batch, and the naive way.") { items, runs, seconds, seed, save };
enrich.SetAction(parsed => EnrichThroughput.RunAsync(
    new EnrichWorkload(parsed.GetValue(items), parsed.GetValue(seed)),
    parsed.GetValue(runs),
    TimeSpan.FromSeconds(parsed.GetValue(seconds)),
    parsed.GetValue(save)));

var reconcile = new Command("reconcile", "Orders a second on one core, through the batch and a table in memory.") { runs, seconds, save };
reconcile.SetAction(parsed => ReconcileThroughput.RunAsync(parsed.GetValue(runs), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(save)));

var feed = new Command("feed", "Pages of a feed of 10 thousand and of 10 million records, on one core: time, bytes, allocations.") { runs, seconds, save };
feed.SetAction(parsed => FeedLatency.RunAsync(parsed.GetValue(runs), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(save)));

var readModel = new Command("read-model", "Events a second that a rebuild folds into rows, one worker and four, into a table in memory.") { runs, save };
readModel.SetAction(parsed => ReadModelThroughput.RunAsync(parsed.GetValue(runs), parsed.GetValue(save)));

// In this process: a build of its own for each benchmark would build all that this project refers to, and does not get it done before BenchmarkDotNet's timeout.
var micro = new Command("micro", "BenchmarkDotNet; arguments after -- go to it.") { TreatUnmatchedTokensAsErrors = false };
micro.SetAction(parsed => BenchmarkSwitcher.FromAssembly(typeof(EnrichWorkload).Assembly).Run(["--inProcess", .. parsed.UnmatchedTokens]).Any() ? 0 : 1);

// Ctrl-C waits for topics to be deleted and consumers to leave.
return await new RootCommand("Benchmarks of EntitySync.") { enrich, reconcile, readModel, feed, ColdStartCommand.Build(), TopologyCommand.Build(), ProfileCommand.Build(), micro }.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
