using System.Text.Json;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels.Rebuild;

namespace EntitySync.Tests.ReadModels.Rebuilds;

public sealed class RebuildRequestTests
{
    [Fact]
    public void Request_IsReadWithItsDefaults()
    {
        Read("""{"readModel":"orders-search"}""").ShouldBe(new RebuildRequest("orders-search", null, 1000, false, false));
        Read("""{"readModel":"orders-search","rollbackTo":2,"maximumLag":null}""").ShouldBe(new RebuildRequest("orders-search", 2));
        Read("""{"readModel":"a","maximumLag":0,"allowTruncated":true,"startAnew":true,"Comment":"x","AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID":"y"}""").ShouldBe(new RebuildRequest("a", null, 0, true, true));
    }

    [Theory]
    [InlineData("[]", """A rebuild's request is a JSON object such as {"readModel":"orders-search"}; found [].""")]
    [InlineData("{}", "'readModel' is missing: the name of the read model to rebuild.")]
    [InlineData("""{"readModel":1}""", "'readModel' must be a string; found 1.")]
    [InlineData("""{"readModel":"a","rollbackTo":0}""", "'rollbackTo' must be the number of a version, 1 or more; found 0.")]
    [InlineData("""{"readModel":"a","maximumLag":-1,"startAnew":"yes"}""", "'maximumLag' must be a whole number of 0 or more; found -1. 'startAnew' must be true or false; found \"yes\".")]
    [InlineData("""{"readModel":"a","rolbackTo":2}""", "'rolbackTo' is not known; allowed: readModel, rollbackTo, maximumLag, allowTruncated, startAnew. Did you mean 'rollbackTo'?")]
    [InlineData("""{"readModel":"a","rollbackTo":2,"startAnew":true}""", "'rollbackTo' and 'startAnew' exclude each other: a rollback fills nothing.")]
    public void Mistake_IsNamed(string json, string message) => Should.Throw<InvalidRequestException>(() => Read(json)).Message.ShouldBe(message);

    private static RebuildRequest Read(string json) => RebuildRequest.Read(JsonDocument.Parse(json).RootElement);
}
