namespace EntitySync.Adapters.Solr;

/// <summary>How the Solr id source calls Solr.</summary>
public sealed record SolrOptions
{
    /// <summary>Name of the HTTP client (<c>IHttpClientFactory</c>).</summary>
    public const string HttpClientName = "solr";

    /// <summary>Base address, e.g. <c>https://search.example.internal/solr</c>; null when no definition uses Solr.</summary>
    public string? Url { get; init; }

    /// <summary>Longest wait for one answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts after the first one that failed for a passing reason.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>First wait between attempts; doubles, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between attempts, also when <c>Retry-After</c> asks for more.</summary>
    public TimeSpan MaximumRetryDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Largest answer read, in bytes. 10,000 ids of 100 bytes are about 1.2 MB.</summary>
    public int MaximumAnswerBytes { get; init; } = 32 * 1024 * 1024;
}
