using EntitySync.Local.Try;
using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.Try;

public sealed class TrySessionTests : IDisposable
{
    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HooksFolder_IsWhereHooksAreFound()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var options = Options("hook: { type: Acme.Hooks.Taxed, assembly: Acme.Hooks }", """{"sku":"a","cents":1000}""") with { HooksFolder = Path.Combine(AppContext.BaseDirectory, "hooks") };

        new TrySession(options, output, error, CancellationToken.None).Run().ShouldBe(0);
        output.ToString().ShouldBe("""{"$key":"a","$value":{"taxed":1200}}""" + "\n");
    }

    [Fact]
    public void Stop_IsHeardBetweenRecords()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter();
        using var error = new StoppingWriter(stop);
        var options = Options("emit: { when: always }", string.Join('\n', Enumerable.Range(0, 100).Select(number => number == 50 ? """{"$key":"bad","$value":{}}""" : $$"""{"sku":"{{number}}"}""")));
        var session = new TrySession(options, output, error, stop.Token);

        Should.Throw<OperationCanceledException>(() => session.Run());
        output.ToString().Split('\n').Length.ShouldBe(51, "what came out before is printed");
        error.ToString().ShouldEndWith("items.ndjson(51): root key 'sku' is absent or null (dead-lettered)\n");
    }

    private TryOptions Options(string more, string items)
    {
        _folder.Write("data/items.ndjson", items);
        _folder.Write("data/labels.ndjson", """{"id":1}""");
        var file = _folder.Write("item.yaml", $$"""
            entity: item
            root: { topic: items, key: sku }
            relations:
              label: { from: labels, key: id, match: labelId, embed: label, strategy: broadcast }
            output: { topic: items-merged }
            {{more}}
            """);
        return new TryOptions(file, Path.Combine(_folder.Path, "data"), Strategy: null, Seed: null, Orders: null, Partitions: 2, IsLastOnly: false, IsStrict: false);
    }

    /// <summary>Somebody who presses Ctrl-C at the first dead letter.</summary>
    private sealed class StoppingWriter(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains("dead-lettered)", StringComparison.Ordinal) == true) stop.Cancel();
        }
    }
}
