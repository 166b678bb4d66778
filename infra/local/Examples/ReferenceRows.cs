using System.Text;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Examples;

/// <summary>Writes rows of reference tables as their owner does: over the HTTP interface. The key is the row's own field.</summary>
internal sealed class ReferenceRows
{
    private const int WriteStep = 500;
    private int _written;

    /// <summary>True when the functions have seen every row.</summary>
    public bool ArePublished(LocalRunner runner) => runner.EventSources.HasDelivered("PublishReferenceFunction", _written) && runner.EventSources.HasDelivered("TriggerReplayFunction", _written);

    /// <exception cref="DemoException">The interface refuses a row.</exception>
    public async Task WriteAsync(LocalRunner runner, ExampleTopic topic, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = runner.HttpApi, Timeout = TimeSpan.FromMinutes(5) };
        var rows = $"reference-tables/{topic.Source.Topic}/rows";
        foreach (var part in topic.Records.Chunk(WriteStep))
        {
            if (Array.Find(part, record => record.Value is null) is { } tombstone)
                throw new DemoException($"{topic.Source.File}({tombstone.Line}): rows of a reference table are deleted over its HTTP interface, which an example does not do.");
            var body = string.Join('\n', part.Select(record => Encoding.UTF8.GetString(record.Value!.Value.Span)));
            using var answer = await http.PostAsync(rows, new StringContent(body, Encoding.UTF8, "application/x-ndjson"), cancellationToken);
            if ((int)answer.StatusCode != 200)
                throw new DemoException($"{topic.Source.File}: POST {rows} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            _written += part.Length;
        }
    }
}
