using System.Net.Http.Headers;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using Polly;
using Polly.Retry;

namespace EntitySync.Adapters.Solr;

/// <summary>
/// Pages ids out of a Solr collection with <c>cursorMark</c>, sorted by the unique key. The cursor holds the last id itself, so documents that come
/// and go between pages neither shift nor repeat the ones that stay.
/// </summary>
public sealed class SolrIdSource(IHttpClientFactory clients, SolrOptions options, TimeProvider clock) : IIdSource
{
    private const string FirstCursor = "*";

    private readonly ResiliencePipeline<SolrAnswer> _retry = new ResiliencePipelineBuilder<SolrAnswer> { TimeProvider = clock }.AddRetry(new RetryStrategyOptions<SolrAnswer>
    {
        ShouldHandle = new PredicateBuilder<SolrAnswer>().Handle<SolrRetryException>(),
        MaxRetryAttempts = Math.Max(1, options.Retries),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = options.RetryDelay,
        MaxDelay = options.MaximumRetryDelay,
        DelayGenerator = arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is SolrRetryException { RetryAfter: { } wait } ? (TimeSpan?)(wait < options.MaximumRetryDelay ? wait : options.MaximumRetryDelay) : null),
    }).Build();

    public async Task<IdPage> ReadPageAsync(IdQuery query, string? cursor, int pageSize, CancellationToken cancellationToken)
    {
        var source = (SolrIdSourceDefinition)query.Source;
        var sent = cursor ?? FirstCursor;
        var form = SolrQuery.Form(source, query, sent, pageSize);
        var address = Address(source.Collection);
        try
        {
            var answer = await _retry.ExecuteAsync(async token => await AskAsync(address, form, source.Key, token), cancellationToken);
            return new IdPage(answer.Ids, answer.NextCursor == sent ? null : answer.NextCursor, answer.Found);
        }
        catch (SolrRetryException exception)
        {
            throw new TransientException(exception.Message, exception);
        }
    }

    private Uri Address(string collection) => Uri.TryCreate(options.Url?.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
        ? new Uri(address, Uri.EscapeDataString(collection) + "/select")
        : throw new InvalidRequestException($"SOLR_URL is '{options.Url}'; a base address such as https://search.example.internal/solr is needed.");

    private async Task<SolrAnswer> AskAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> form, string key, CancellationToken cancellationToken)
    {
        var what = $"Solr {address.GetLeftPart(UriPartial.Path)}";
        using var timeout = new CancellationTokenSource(options.Timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
            using var client = clients.CreateClient(SolrOptions.HttpClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var body = await ReadBoundedAsync(response.Content, what, both.Token);
            if (!response.IsSuccessStatusCode) throw SolrErrors.Sort(response.StatusCode, body.Span, RetryAfter(response.Headers), what);
            return Read(body.Span, key, what);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SolrRetryException($"{what}: no answer within {options.Timeout.TotalSeconds:0.###} s", null, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new SolrRetryException($"{what}: {exception.Message}", null, exception);
        }
    }

    private static SolrAnswer Read(ReadOnlySpan<byte> body, string key, string what)
    {
        try
        {
            return SolrAnswer.Read(body, key);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: text that is not Unicode
        {
            throw SolrErrors.NotJson(body, what, exception);
        }
        catch (TransientException exception)
        {
            throw new SolrRetryException($"{what}: {exception.Message}", null, exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadBoundedAsync(HttpContent content, string what, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > options.MaximumAnswerBytes)
            {
                throw new InvalidRequestException($"{what}: the answer is over {options.MaximumAnswerBytes} bytes; lower the replay's pageSize.");
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers) => headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        _ => null,
    };
}
