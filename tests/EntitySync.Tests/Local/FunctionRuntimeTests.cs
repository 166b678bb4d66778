using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Local.Lambda;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Local;

public sealed class FunctionRuntimeTests : IDisposable
{
    private readonly SampleService _service = new();
    private readonly ServiceProvider _services;

    public FunctionRuntimeTests() => _services = new ServiceCollection().AddSingleton(_service).BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Answer_IsWhatTheHandlerReturns()
    {
        var answer = await SucceedAsync(Runtime(), """{"Do":"work"}""");
        (answer.Done, answer.Function).ShouldBe(("work", "SampleFunction"));
        answer.RemainingMilliseconds.ShouldBeInRange(1, 30_000);
    }

    [Fact]
    public async Task StreamHandler_GetsAndGivesRawBytes() =>
        Text(await Runtime(handler: "StreamHandler").InvokeAsync("SampleFunction", "raw"u8.ToArray(), default)).ShouldBe("raw");

    [Fact]
    public async Task Exception_BecomesTheErrorThatLambdaReports()
    {
        var result = await InvokeAsync(Runtime(), """{"Do":"fail"}""");
        result.FunctionError.ShouldBe("Unhandled");
        var error = JsonNode.Parse(result.Payload.Span)!;
        error["errorType"]!.ToString().ShouldBe("InvalidOperationException");
        error["errorMessage"]!.ToString().ShouldBe("as told");
        error["stackTrace"]![0]!.ToString().ShouldStartWith("at EntitySync.Tests.Local.SampleHandler.HandleAsync");
        error["cause"]!["errorType"]!.ToString().ShouldBe("FormatException");
    }

    [Fact]
    public async Task EventThatIsNotJson_IsAFunctionError()
    {
        var result = await InvokeAsync(Runtime(), "{");
        JsonNode.Parse(result.Payload.Span)!["errorType"]!.ToString().ShouldBe("JsonSerializerException");
    }

    [Fact]
    public async Task Timeout_EndsTheInvocationAndDropsItsInstance()
    {
        var runtime = Runtime(timeout: TimeSpan.FromMilliseconds(200));
        var result = await InvokeAsync(runtime, """{"Do":"wait"}""");
        result.FunctionError.ShouldBe("Unhandled");
        var error = JsonNode.Parse(result.Payload.Span)!;
        error["errorType"]!.ToString().ShouldBe("Sandbox.Timedout");
        error["errorMessage"]!.ToString().ShouldEndWith("Task timed out after 0.20 seconds");

        _service.Release.SetResult();
        (await SucceedAsync(runtime, """{"Do":"work"}""")).Instance.ShouldBe(2, "the instance that timed out is not used again");
    }

    [Fact]
    public async Task Instance_ServesOneInvocationAtATimeAndIsUsedAgain()
    {
        var runtime = Runtime();
        var first = InvokeAsync(runtime, """{"Do":"wait"}""");
        await _service.Entered.Task;
        (await SucceedAsync(runtime, """{"Do":"work"}""")).Instance.ShouldBe(2);
        _service.Release.SetResult();
        Answer(await first).Instance.ShouldBe(1);
        (await SucceedAsync(runtime, """{"Do":"work"}""")).Instance.ShouldBeLessThan(3);
    }

    [Fact]
    public async Task ConcurrencyLimit_MakesFurtherInvocationsWait()
    {
        var runtime = Runtime(concurrency: 1);
        var first = InvokeAsync(runtime, """{"Do":"wait"}""");
        await _service.Entered.Task;
        var second = InvokeAsync(runtime, """{"Do":"work"}""");
        second.IsCompleted.ShouldBeFalse();
        runtime.Invocations["SampleFunction"].ShouldBe(1);
        _service.Release.SetResult();
        await Task.WhenAll(first, second);
        runtime.Invocations["SampleFunction"].ShouldBe(2);
    }

    [Fact]
    public async Task Hooks_FailBeforeAndAfterTheHandler()
    {
        var seen = new List<string>();
        var runtime = Runtime();
        runtime.Hooks["SampleFunction"] = new FunctionHooks
        {
            BeforeInvoke = (invocation, _) => invocation.Attempt == 1 ? throw new TimeoutException("before") : Task.CompletedTask,
            AfterInvoke = (invocation, result, _) =>
            {
                seen.Add(Answer(result).Done);
                return invocation.Attempt == 2 ? throw new TimeoutException("after") : Task.CompletedTask;
            },
        };

        Text(await InvokeAsync(runtime, """{"Do":"one"}""")).ShouldContain("before");
        Text(await InvokeAsync(runtime, """{"Do":"two"}""")).ShouldContain("after");
        (await SucceedAsync(runtime, """{"Do":"three"}""")).Done.ShouldBe("three");
        seen.ShouldBe(["two", "three"]);
    }

    [Fact]
    public async Task AnswerTooLarge_IsAFunctionError() =>
        JsonNode.Parse((await InvokeAsync(Runtime(), """{"Do":"large"}""")).Payload.Span)!["errorType"]!.ToString().ShouldBe("Function.ResponseSizeTooLarge");

    [Fact]
    public async Task UnknownFunction_IsAnError() =>
        Text(await Runtime().InvokeAsync("Other", "{}"u8.ToArray(), default)).ShouldBe("""{"errorType":"ResourceNotFoundException","errorMessage":"Function not found: Other"}""");

    [Theory]
    [InlineData("EntitySync.Tests::EntitySync.Tests.Local.Missing::HandleAsync", "has no public class EntitySync.Tests.Local.Missing")]
    [InlineData("Missing::EntitySync.Tests.Local.SampleHandler::HandleAsync", "Missing has no public class")]
    [InlineData("EntitySync.Tests::EntitySync.Tests.Local.SampleHandler::Other", "SampleHandler has 0 public methods Other")]
    [InlineData("bootstrap", "is not Assembly::Type::Method")]
    public void WrongHandler_IsNamed(string handler, string message) => Should.Throw<InvalidDataException>(() => HandlerBinding.Resolve(handler)).Message.ShouldContain(message);

    [Fact]
    public async Task Deployment_TakesNewInvocations_AndLetsThoseUnderWayEnd()
    {
        var runtime = Runtime();
        var waiting = SucceedAsync(runtime, """{"Do":"wait"}""");
        await _service.Entered.Task;
        var other = new SampleService();
        for (var i = 0; i < 4; i++) other.NextInstance();
        await using var services = new ServiceCollection().AddSingleton(other).BuildServiceProvider();
        runtime.Deploy(services);

        (await SucceedAsync(runtime, """{"Do":"work"}""")).Instance.ShouldBe(5);
        _service.Release.SetResult();
        (await waiting).Instance.ShouldBe(1);
        runtime.Invocations.ShouldHaveSingleItem().Value.ShouldBe(2);
    }

    private FunctionRuntime Runtime(TimeSpan? timeout = null, int concurrency = 10, string handler = "SampleHandler") => new(
        [new LambdaFunction("SampleFunction", $"EntitySync.Tests::EntitySync.Tests.Local.{handler}::HandleAsync", timeout ?? TimeSpan.FromSeconds(30), 128, ImmutableSortedDictionary<string, string>.Empty)],
        _services, TimeProvider.System, NullLoggerFactory.Instance, concurrency);

    private static Task<LambdaResult> InvokeAsync(FunctionRuntime runtime, string payload) => runtime.InvokeAsync("SampleFunction", Encoding.UTF8.GetBytes(payload), default);

    private static async Task<SampleAnswer> SucceedAsync(FunctionRuntime runtime, string payload) => Answer(await InvokeAsync(runtime, payload));

    private static SampleAnswer Answer(LambdaResult result)
    {
        result.FunctionError.ShouldBeNull(Text(result));
        return JsonSerializer.Deserialize<SampleAnswer>(result.Payload.Span)!;
    }

    private static string Text(LambdaResult result) => Encoding.UTF8.GetString(result.Payload.Span);
}
