using System.Collections.Concurrent;
using System.Text;
using Amazon.Runtime;
using Amazon.StepFunctions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Offline;

/// <summary>A loopback HTTP listener that keeps each request and gives the next prepared answer, the last one again and again.</summary>
internal sealed class StatesEndpoint : IAsyncDisposable
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "a-secret-of-the-test";
    public const string Region = "eu-central-1";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Answer> _answers;

    private StatesEndpoint(IEnumerable<Answer> answers)
    {
        _answers = new(answers);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public ConcurrentQueue<ReceivedCall> Calls { get; } = new();

    public static async Task<StatesEndpoint> StartAsync(params Answer[] answers)
    {
        var endpoint = new StatesEndpoint(answers);
        await endpoint._app.StartAsync();
        return endpoint;
    }

    public AmazonStepFunctionsClient NewClient() => new(
        new BasicAWSCredentials(AccessKey, SecretKey),
        new AmazonStepFunctionsConfig { ServiceURL = _app.Urls.Single(), AuthenticationRegion = Region, MaxErrorRetry = 2 });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        Calls.Enqueue(new ReceivedCall(context.Request.Method, context.Request.Path, headers, Encoding.UTF8.GetString(body.ToArray())));

        if (!_answers.TryPeek(out var answer))
            answer = new Answer(500, "{}");
        else if (_answers.Count > 1)
            _answers.TryDequeue(out _);
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/x-amz-json-1.0";
        context.Response.Headers["x-amzn-RequestId"] = "request-1";
        await context.Response.WriteAsync(answer.Body);
    }

    internal sealed record Answer(int Status, string Body);

    internal sealed record ReceivedCall(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
}
