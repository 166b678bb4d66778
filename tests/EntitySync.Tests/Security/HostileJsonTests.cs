using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Hooks;
using EntitySync.Core.ReadModels.Facts;
using EntitySync.Testing;
using EntitySync.Tests.Enrichment;
using EntitySync.Tests.Hooks;

namespace EntitySync.Tests.Security;

/// <summary>JSON made to cost much, or to carry what it holds into reasons and logs.</summary>
public sealed class HostileJsonTests
{
    private readonly InMemoryReferenceTables _tables = new();

    /// <summary>The parser's own message ends with the rest of the document where a literal is misspelt.</summary>
    [Theory]
    [InlineData("""{"sku":"a","ok":tru,"iban":"DE02-SECRET"}""")]
    [InlineData("""{"sku":"a","ok":nil,"iban":"DE02-SECRET"}""")]
    [InlineData("""{"sku":"a","ok":fals3,"iban":"DE02-SECRET"}""")]
    [InlineData("""not JSON, SECRET""")]
    public void ReasonOfBrokenJson_HoldsNothingOfTheRecord(string root)
    {
        var (outcome, output) = OneDocument.Enrich(SampleDefinitions.Item(), "a", root, _tables);
        output.ShouldBeNull();
        outcome.Reason.ShouldNotBeNull().ShouldStartWith("not valid JSON at byte ");
        outcome.Reason.ShouldNotContain("SECRET");
        outcome.Reason.ShouldContain("is an invalid JSON literal. Expected the literal '");
    }

    [Fact]
    public void ReasonOfBrokenHookOutput_HoldsNothingOfIt()
    {
        var definition = SampleDefinitions.Item() with { Hook = new HookDefinition("Acme.Hooks", "Acme.Hooks.Rounding") };
        var hook = ScriptedHook.Writing("""{"ok":tru,"iban":"DE02-SECRET"}"""u8.ToArray());
        var (outcome, _) = OneDocument.Enrich(definition, "a", """{"sku":"a","deliveryClasses":[]}""", _tables, hook: hook);
        outcome.Reason.ShouldNotBeNull().ShouldContain("the output is not valid JSON at byte ");
        outcome.Reason.ShouldNotContain("SECRET");
    }

    /// <summary>An exponent of a million digits would be made into a number of as many, at a cost that grows with the square of them.</summary>
    [Theory]
    [InlineData("1e{0}")]
    [InlineData("-0.5E-{0}")]
    [InlineData("0e+{0}")]
    public void ExponentOfAMillionDigits_IsNothingToCompareOrListBy(string form)
    {
        var number = string.Format(form, new string('7', 1_000_000));
        using var document = JsonDocument.Parse(number);
        PickValue.From(document.RootElement).ShouldBeNull();
        IndexText.OfNumber(Encoding.UTF8.GetBytes(number)).ShouldBeNull();
    }

    [Fact]
    public void ZerosBeforeAnExponent_DoNotCount()
    {
        using var document = JsonDocument.Parse($"[1.5e{new string('0', 100_000)}2, 150, 1e{new string('9', 1000)}, 1e{new string('9', 999)}8]");
        PickValue.From(document.RootElement[0])!.CompareTo(PickValue.From(document.RootElement[1])!).ShouldBe(0);
        PickValue.From(document.RootElement[2])!.CompareTo(PickValue.From(document.RootElement[3])!).ShouldBe(1);
        IndexText.OfNumber(Encoding.UTF8.GetBytes(document.RootElement[0].GetRawText())).ShouldBe("150");
    }

    [Fact]
    public void NumbersOfAMillionDigits_AreComparedToTheLast()
    {
        var digits = new string('3', 1_000_000);
        using var document = JsonDocument.Parse($"[{digits}1, {digits}2, {digits}1.000]");
        var values = document.RootElement.EnumerateArray().Select(element => PickValue.From(element)!).ToArray();
        values[0].CompareTo(values[1]).ShouldBe(-1);
        values[0].CompareTo(values[2]).ShouldBe(0);
        IndexText.OfNumber(Encoding.UTF8.GetBytes(document.RootElement[0].GetRawText())).ShouldBeNull();
        DynamoDbNumber.Error($"{digits}1").ShouldNotBeNull().ShouldStartWith("has 1000001 significant digits");
    }

    /// <summary>A place is spelled out only for an error: below a long name it would cost its length for each of many values.</summary>
    [Fact]
    public void LongNameOverManyValues_CostsItsLengthOnce()
    {
        var json = Encoding.UTF8.GetBytes($$"""{"{{new string('n', 60_000)}}":[{{string.Join(',', Enumerable.Repeat("{\"a\":1}", 20_000))}}]}""");
        JsonAttributesResult result = default;
        var read = Allocated(() => result = JsonAttributes.Read(json));
        result.Error.ShouldBeNull();
        read.ShouldBeLessThan(100L * json.Length);
        Allocated(() => AttributeJson.ToJson(result.Item!)).ShouldBeLessThan(100L * json.Length);
    }

    [Fact]
    public void PlaceOfAnError_IsSpelledOutAndBounded()
    {
        JsonAttributes.Read("""{"a":{"b":[1,{"c":1,"c":2}]}}"""u8).Error.ShouldBe("Field 'a.b[1].c' occurs twice.");
        JsonAttributes.Read("""{"a":{"b":[1,{"":2}]}}"""u8).Error.ShouldBe("A field below 'a.b[1]' has an empty name, which DynamoDB does not allow.");
        JsonAttributes.Read("""{"a":[[0,[1e999]]]}"""u8).Error.ShouldBe("Field 'a[0][1][0]' is outside of DynamoDB's range of numbers (1E-130 to 9.99E+125).");
        var name = new string('n', 60_000);
        JsonAttributes.Read(Encoding.UTF8.GetBytes($$"""{"{{name}}":1,"{{name}}":2}""")).Error.ShouldNotBeNull().Length.ShouldBeLessThan(300);
        Should.Throw<AttributeJsonException>(() => AttributeJson.ToJson(new Dictionary<string, AttributeValue> { ["a"] = new() { M = new() { ["b"] = new() { L = [new() { N = "1" }, new() { N = "x" }] } } } }))
            .Message.ShouldBe("attribute 'a.b[1]' is a number that JSON cannot express");
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
