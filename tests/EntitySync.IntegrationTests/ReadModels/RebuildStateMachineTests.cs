using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Local.StepFunctions;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.ReadModels;

/// <summary>The state machine file as it is deployed, run by the interpreter; events go on all the time.</summary>
[Trait("Category", "Integration")]
public sealed class RebuildStateMachineTests(LocalPartsFixture parts) : IAsyncLifetime
{
    private readonly string _name = LocalPartsFixture.Unique("orders");
    private readonly string _topic = LocalPartsFixture.Unique("order-events");
    private readonly KafkaTopicWriter _writer = new(parts.KafkaConnection, NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System);

    private RebuildMachine _machine = null!;
    private int _written;

    public async ValueTask InitializeAsync()
    {
        await parts.CreateTopicAsync(_topic);
        _machine = await RebuildMachine.StartAsync(parts, Definition());
    }

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        _writer.Dispose();
    }

    [Fact]
    public async Task ChangedDefinition_IsRebuiltUnderLiveEvents_Switched_AndRolledBack()
    {
        await WriteAsync(60);
        await _machine.AppliedAsync();
        (await _machine.RowsAsync(1)).ShouldBe(await _machine.ExpectedAsync(Definition()));

        var changed = Definition("\n        increment: { amount: amount }");
        _machine.Deploy(changed);
        using var enough = new CancellationTokenSource();
        var writing = WriteUntilAsync(enough.Token);
        var rebuilt = await _machine.ExecuteAsync($$"""{"readModel":"{{_name}}","maximumLag":10}""");
        await enough.CancelAsync();
        await writing;

        rebuilt.Status.ShouldBe(Execution.Succeeded, rebuilt.Cause);
        JsonNode.Parse(rebuilt.Output!)!["version"]!.GetValue<int>().ShouldBe(2);
        await _machine.AppliedAsync();
        var state = await _machine.StateAsync();
        (state.Live, state.Previous, state.Building).ShouldBe((2, 1, null));
        (await _machine.RowsAsync(2)).ShouldBe(await _machine.ExpectedAsync(changed));
        (await _machine.RowsAsync(1)).ShouldBe(await _machine.ExpectedAsync(Definition()), "live events reach the version that is kept, too");

        var back = await _machine.ExecuteAsync($$"""{"readModel":"{{_name}}","rollbackTo":1}""");
        back.Status.ShouldBe(Execution.Succeeded, back.Cause);
        state = await _machine.StateAsync();
        (state.Live, state.Previous).ShouldBe((1, 2));
    }

    [Fact]
    public async Task StoppedWhileItFills_ANewExecutionGoesOnWithTheSameVersion()
    {
        await WriteAsync(60);
        await _machine.AppliedAsync();
        var changed = Definition("\n        increment: { amount: amount }");
        _machine.Deploy(changed);
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var fills = 0;
        _machine.BeforeInvoke = async function =>
        {
            // The first partition may be filled, the second one is held.
            if (function != "FillReadModelFunction" || Interlocked.Increment(ref fills) != 2) return;
            reached.SetResult();
            await goOn.Task;
        };
        var first = await _machine.StartAsync($$"""{"readModel":"{{_name}}"}""");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var stopped = await _machine.StopAsync(first);
        var building = (await _machine.StateAsync()).Building;

        // The invocation that was held runs on beside those of the second execution, as on AWS.
        goOn.SetResult();
        var second = await _machine.ExecuteAsync($$"""{"readModel":"{{_name}}"}""");

        (stopped.Status, building).ShouldBe((Execution.Aborted, 2));
        second.Status.ShouldBe(Execution.Succeeded, second.Cause);
        var state = await _machine.StateAsync();
        (state.Live, state.Previous, state.Building, state.FailedAt).ShouldBe((2, 1, null, null));
        await _machine.AppliedAsync();
        (await _machine.RowsAsync(2)).ShouldBe(await _machine.ExpectedAsync(changed));
    }

    [Fact]
    public async Task RequestThatCannotBeMet_FailsTheExecutionInWords()
    {
        await WriteAsync(3);
        await _machine.AppliedAsync();
        var wrong = await _machine.ExecuteAsync($$"""{"readModel":"{{_name}}","rollbackTo":4}""");
        (wrong.Status, wrong.Error).ShouldBe((Execution.Failed, "InvalidRequestException"));
        wrong.Cause.ShouldBe($"Read model '{_name}' cannot be rolled back to version 4: none is kept for it, and version 1 answers. Version 1 goes on answering.");
        (await _machine.StateAsync()).LastError.ShouldNotBeNull();

        var misspelt = await _machine.ExecuteAsync($$"""{"readmodel":"{{_name}}"}""");
        misspelt.Cause!.ShouldContain("Did you mean 'readModel'?");
    }

    private ReadModelDefinition Definition(string more = "")
    {
        var result = DefinitionLoader.LoadText(
            $$"""
            kind: read-model
            readModel: {{_name}}
            topics:
              {{_topic}}:
                key: id
                time: at
                events:
                  - set: { status: status }
                    append: { seen: status }{{more}}
            indexes:
              byStatus: { key: status }
            """, "orders.yaml");
        return result.IsValid ? result.ReadModels[0] : throw new InvalidOperationException(string.Join("; ", result.Problems));
    }

    private async Task WriteUntilAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await WriteAsync(5);
            await _machine.AppliedAsync();
        }
    }

    private async Task WriteAsync(int events)
    {
        var records = Enumerable.Range(_written, events).Select(number => new OutgoingRecord
        {
            Topic = _topic,
            Key = Encoding.UTF8.GetBytes($"o-{number % 7}"),
            Value = Encoding.UTF8.GetBytes($$"""{"id":"o-{{number % 7}}","at":{{number % 11}},"status":"s{{number % 5}}","amount":0.{{number}}}"""),
        }).ToList();
        _written += events;
        (await _writer.WriteAsync(records, CancellationToken.None)).ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
    }
}
