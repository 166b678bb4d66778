using System.Text.Json;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;

namespace EntitySync.Tests.Replay;

public class ReplayRequestReaderTests
{
    [Fact]
    public void EveryProperty_IsRead()
    {
        var request = Read("""
            {"entity":"item","replayId":"r-1","where":"brand:x","ids":["a","b"],"ratePerSecond":50,
             "causes":[{"table":"delivery-classes","key":"express","version":7,"fingerprint":"00ff"},{"table":"delivery-classes","key":"gone","version":8}],"Comment":"by hand"}
            """);

        (request.Entity, request.ReplayId, request.Where, request.RatePerSecond).ShouldBe(("item", "r-1", "brand:x", 50));
        request.Ids.ShouldBe(["a", "b"]);
        request.Causes.ShouldBe([new ReplayCause("delivery-classes", "express", 7, "00ff"), new ReplayCause("delivery-classes", "gone", 8)]);
    }

    [Fact]
    public void ReplayIdAlone_HasNoEntity()
    {
        var request = Read("""{"replayId":"r","where":null}""");

        (request.Entity, request.ReplayId, request.Where, request.Ids, request.RatePerSecond, request.Causes).ShouldBe(("", "r", null, null, null, null));
    }

    [Theory]
    [InlineData("""{"entity":"item","wher":"x:y"}""", "'wher' is not known; allowed: entity, action, replayId, where, ids, ratePerSecond, causes. Did you mean 'where'?")]
    [InlineData("""{"entity":7}""", "'entity' must be a string; found 7.")]
    [InlineData("""{"entity":null}""", "'entity' must be a string; found null.")]
    [InlineData("""{"entity":"item","ratePerSecond":"fast"}""", "'ratePerSecond' must be a whole number; found \"fast\".")]
    [InlineData("""{"entity":"item","ratePerSecond":1.5}""", "'ratePerSecond' must be a whole number; found 1.5.")]
    [InlineData("""{"entity":"item","ids":"a"}""", "'ids' must be a list of strings; found \"a\".")]
    [InlineData("""{"entity":"item","ids":["a",null]}""", "'ids' must be a list of strings")]
    [InlineData("""{"entity":"item","causes":[{"table":"t","key":"k"}]}""", "'causes' must be a list of {\"table\", \"key\", \"version\"}")]
    [InlineData("[]", "A replay request is a JSON object")]
    [InlineData("\"item\"", "A replay request is a JSON object")]
    public void Mistake_IsNamed(string json, string message) => Should.Throw<InvalidRequestException>(() => Read(json)).Message.ShouldContain(message);

    [Fact]
    public void SeveralMistakes_AreNamedAtOnce()
    {
        var message = Should.Throw<InvalidRequestException>(() => Read("""{"entiti":"item","ids":3}""")).Message;

        message.ShouldContain("Did you mean 'entity'?");
        message.ShouldContain("'ids' must be");
    }

    private static ReplayRequest Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ReplayRequestReader.Read(document.RootElement);
    }
}
