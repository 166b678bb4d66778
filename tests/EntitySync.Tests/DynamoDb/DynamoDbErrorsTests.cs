using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;

namespace EntitySync.Tests.DynamoDb;

public sealed class DynamoDbErrorsTests
{
    public static TheoryData<Exception, Type?> Errors => new()
    {
        { new ProvisionedThroughputExceededException("x") { ErrorCode = "ProvisionedThroughputExceededException" }, typeof(TransientException) },
        { Service("ThrottlingException", 400), typeof(TransientException) },
        { Service("RequestLimitExceeded", 400), typeof(TransientException) },
        { Service("InternalServerError", 500), typeof(TransientException) },
        { Service("Whatever", 503), typeof(TransientException) },
        { Service("ExpiredTokenException", 400), typeof(TransientException) },
        { new HttpRequestException("connection refused"), typeof(TransientException) },
        { new TaskCanceledException("timed out"), typeof(TransientException) },
        { new AmazonClientException("no credentials for now"), typeof(TransientException) },
        { new ConditionalCheckFailedException("x"), typeof(ConflictException) },
        { new TransactionConflictException("x"), typeof(ConflictException) },
        { Canceled("None", "ConditionalCheckFailed"), typeof(ConflictException) },
        { Canceled("ThrottlingError"), typeof(TransientException) },
        { Canceled("ValidationError"), typeof(InvalidRequestException) },
        { Service("ValidationException", 400), typeof(InvalidRequestException) },
        { Service("AccessDeniedException", 400), typeof(InvalidRequestException) },
        { new ResourceNotFoundException("x") { ErrorCode = "ResourceNotFoundException", StatusCode = HttpStatusCode.BadRequest }, typeof(InvalidRequestException) },
        { new InvalidOperationException("our own mistake"), null },
    };

    [Theory, MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void EveryError_IsSorted_AndNamesTableAndOperation(Exception exception, Type? expected)
    {
        var sorted = DynamoDbErrors.Sort(exception, "GetItem", "prod-classes");
        sorted?.GetType().ShouldBe(expected);
        (sorted is null).ShouldBe(expected is null);
        if (sorted is null) return;
        sorted.Message.ShouldStartWith("DynamoDB GetItem on table 'prod-classes'");
        sorted.InnerException.ShouldBe(exception);
    }

    [Fact]
    public async Task CallersOwnCancellation_PassesAsItIs()
    {
        using var time = new CancellationTokenSource();
        await time.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => DynamoDbErrors.CallAsync<int>("GetItem", "t", () => throw new OperationCanceledException(time.Token), time.Token));
    }

    private static AmazonDynamoDBException Service(string code, int status) => new("because", ErrorType.Sender, code, "request-1", (HttpStatusCode)status);

    private static TransactionCanceledException Canceled(params string[] codes) =>
        new("x") { CancellationReasons = [.. codes.Select(code => new CancellationReason { Code = code })] };
}
