using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;
using EntitySync.Functions;
using EntitySync.Tests.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

/// <summary>CloudFormation's request in, the answer at its presigned address.</summary>
public sealed class CreateTopicsTests
{
    private const string OneTopic = """{"ServiceToken":"arn:lambda","Topics":[{"Name":"items","Partitions":"12","Cleanup":"compact","Owner":"others"}]}""";
    private const string PhysicalId = "demo/00000000-0000-0000-0000-000000000001/Topics";

    private readonly CustomResourceRig _rig = new();
    private readonly RecordingTopicAdmin _admin = new();

    [Fact]
    public async Task Create_MakesTheTopics_AndTheAnswerCountsThem()
    {
        await RunAsync("Create");
        _rig.Heads.ShouldBe([$"PUT {CustomResourceRig.Address} no type"], "the address is signed as it is written");
        _rig.Sent.ShouldBe(
        [
            $$$"""{"Status":"SUCCESS","PhysicalResourceId":"{{{PhysicalId}}}","StackId":"arn:aws:cloudformation:eu-west-1:111111111111:stack/demo/00000000-0000-0000-0000-000000000001","RequestId":"request-1","LogicalResourceId":"Topics","Data":{"Created":"1","Changed":"0","Different":"0","Unchanged":"0"}}""",
        ]);
        _admin.Calls.ShouldBe(["partitions", "create items:12 cleanup.policy=compact", "partitions", "partitions"]);
    }

    [Theory]
    [InlineData("Create", null, PhysicalId)]
    [InlineData("Update", "given-before", "given-before")]
    [InlineData("Delete", "given-before", "given-before")]
    public async Task PhysicalId_NeverChanges(string type, string? before, string after)
    {
        await RunAsync(type, before);
        await RunAsync(type, before);
        _rig.Sent.Select(sent => JsonNode.Parse(sent)!["PhysicalResourceId"]!.ToString()).ShouldBe([after, after]);
    }

    [Fact]
    public async Task Delete_DoesNothing()
    {
        await RunAsync("Delete", PhysicalId);
        _rig.Outcome.ShouldBe("SUCCESS");
        _admin.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task OtherPartitions_FailTheDeploymentWithTheirNames()
    {
        _admin.Topics["items"] = 6;
        await RunAsync("Update", PhysicalId);
        _rig.Outcome.ShouldBe(
            "FAILED Topics exist with another number of partitions, which is never changed, since keys would move: set `partitions` in the definition to what the topic has, or delete the topic "
            + "and let it be made anew. items has 6 and 12 are wanted. (log stream 2026/11/21/[1]abc)");
    }

    [Theory]
    [InlineData("""{"ServiceToken":"x"}""", "Topics is missing or is no list.")]
    [InlineData("null", "Topics is missing or is no list.")]
    public async Task WrongProperties_AreAnswered(string properties, string reason)
    {
        await RunAsync("Create", properties: properties);
        _rig.Outcome.ShouldBe($"FAILED {reason} (log stream 2026/11/21/[1]abc)");
    }

    [Theory]
    [InlineData("""{"RequestType":"Create","StackId":"s","RequestId":"r","LogicalResourceId":"l"}""", "FAILED Topics is missing or is no list.")]
    [InlineData("""{"RequestType":"Create"}""", "FAILED The request lacks StackId, RequestId or LogicalResourceId.")]
    [InlineData("""{"RequestType":7,"StackId":"s","RequestId":"r","LogicalResourceId":"l"}""", "FAILED RequestType is ''; Create, Update and Delete are known.")]
    public async Task MalformedRequest_IsAnsweredWhenItNamesAnAddress(string json, string outcome)
    {
        var request = JsonNode.Parse(json)!.AsObject();
        request["ResponseURL"] = CustomResourceRig.Address;
        await _rig.InvokeAsync(Handler().HandleAsync, request.ToJsonString());
        _rig.Outcome.ShouldBe($"{outcome} (log stream 2026/11/21/[1]abc)");
        _rig.Answer["PhysicalResourceId"]!.ToString().ShouldNotBeEmpty();
        _admin.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"ResponseURL":"http://s3.example/answer"}""")]
    [InlineData("""{"ResponseURL":"/answer"}""")]
    public async Task RequestWithoutAnHttpsAddress_IsRefused(string json)
    {
        (await Should.ThrowAsync<InvalidRequestException>(_rig.InvokeAsync(Handler().HandleAsync, json))).Message.ShouldBe(
            "This is no request of CloudFormation: ResponseURL is missing or is no https address, so nobody can be answered.");
        _rig.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task SettingsThatCannotBeUsed_AreAnswered()
    {
        var handler = new CreateTopics(_rig.Resource, () => throw new FormatException("KAFKA_AUTHENTICATION is 'magic'; allowed: none, iam, scram, mtls."));
        await _rig.InvokeAsync(handler.HandleAsync, Request("Create"));
        _rig.Outcome.ShouldBe("FAILED FormatException: KAFKA_AUTHENTICATION is 'magic'; allowed: none, iam, scram, mtls. (log stream 2026/11/21/[1]abc)");
    }

    [Fact]
    public async Task TimeThatIsOver_IsAnswered()
    {
        await _rig.InvokeAsync(Handler().HandleAsync, Request("Create"), remaining: TimeSpan.FromSeconds(30));
        _rig.Outcome.ShouldBe("FAILED The function's time was over. What it has made stays, and another attempt goes on from there. (log stream 2026/11/21/[1]abc)");
    }

    [Fact]
    public async Task LongReason_IsCutToWhatCloudFormationTakes()
    {
        var handler = new CreateTopics(_rig.Resource, () => throw new InvalidRequestException(string.Concat(Enumerable.Repeat("\"\u0001é𝄞 ", 2_000))));
        await _rig.InvokeAsync(handler.HandleAsync, Request("Create"));
        Encoding.UTF8.GetByteCount(_rig.Sent[0]).ShouldBeInRange(4_000, 4_096);
        _rig.Answer["Reason"]!.ToString().ShouldStartWith("\"\u0001é𝄞 \"");
        _rig.Answer["Reason"]!.ToString().ShouldEndWith("... (log stream 2026/11/21/[1]abc)");
        _rig.Answer["Reason"]!.ToString().ShouldNotContain('\uFFFD');
    }

    [Fact]
    public async Task AddressThatIsBusy_IsTriedAgain()
    {
        _rig.Trouble.Enqueue(() => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        _rig.Trouble.Enqueue(() => throw new HttpRequestException("connection lost"));
        await RunAsync("Create");
        _rig.Sent.Count.ShouldBe(3);
        _rig.Sent.Distinct().Count().ShouldBe(1);
        _rig.Clock.Pauses.Count.ShouldBe(2);
    }

    [Fact]
    public async Task AddressThatIsUnreachable_IsAFailureThatNamesTheWayOut_AndNotTheAddress()
    {
        for (var i = 0; i < 5; i++) _rig.Trouble.Enqueue(() => throw new HttpRequestException("no route"));
        var failure = await Should.ThrowAsync<TransientException>(RunAsync("Create"));
        failure.Message.ShouldBe("CloudFormation's address for answers cannot be reached (no route). It is in S3: a function in a VPC needs a gateway endpoint for S3, or NAT.");
        failure.ToString().ShouldNotContain("Signature");
        _rig.Sent.Count.ShouldBe(5);
    }

    [Fact]
    public async Task AddressThatRefuses_IsNotAskedAgain()
    {
        _rig.Trouble.Enqueue(() => new HttpResponseMessage(HttpStatusCode.Forbidden));
        (await Should.ThrowAsync<InvalidRequestException>(RunAsync("Create"))).Message.ShouldBe("CloudFormation's address for answers says 403; is it too old?");
        _rig.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Log_DoesNotHoldTheAddress()
    {
        await RunAsync("Create");
        var log = _rig.Log.Buffer.ToString();
        log.ShouldContain("Create of Topics in arn:aws:cloudformation:eu-west-1:111111111111:stack/demo/00000000-0000-0000-0000-000000000001");
        log.ShouldContain("Done: Created 1, Changed 0, Different 0, Unchanged 0");
        log.ShouldNotContain("Signature");
    }

    private CreateTopics Handler() => new(_rig.Resource, () => new TopicCreator(_admin, TimeProvider.System, NullLogger<TopicCreator>.Instance));

    private Task RunAsync(string type, string? physicalId = null, string properties = OneTopic) => _rig.InvokeAsync(Handler().HandleAsync, Request(type, physicalId, properties));

    private static string Request(string type, string? physicalId = null, string properties = OneTopic) =>
        CustomResourceRig.Request(type, JsonNode.Parse(properties)!, physicalId).ToJsonString();
}
