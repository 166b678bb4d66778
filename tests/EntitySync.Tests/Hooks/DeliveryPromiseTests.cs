using System.Text;
using EntitySync.Core.Hooks;
using EntitySync.Hooks;

namespace EntitySync.Tests.Hooks;

/// <summary>The example, tested as a user tests a hook: without broker and definition.</summary>
public sealed class DeliveryPromiseTests
{
    [Theory]
    [InlineData(3, 5, "3 to 5 days")]
    [InlineData(1, 1, "1 day")]
    [InlineData(4, 4, "4 days")]
    [InlineData(0, 0, "today")]
    [InlineData(0, 2, "0 to 2 days")]
    public void Times_AreSaidInWords(int minimum, int maximum, string promise)
    {
        var (result, output) = Apply($$"""{"sku":"A","minimumDeliveryTime":{{minimum}},"maximumDeliveryTime":{{maximum}}}""");
        result.ShouldBe(HookResult.Written);
        output.ShouldBe($$"""{"sku":"A","minimumDeliveryTime":{{minimum}},"maximumDeliveryTime":{{maximum}},"deliveryPromise":"{{promise}}"}""");
    }

    [Fact]
    public void OtherProperties_KeepTheirBytesAndAnEarlierPromiseGoes()
    {
        var (result, output) = Apply("""{ "deliveryPromise":{"x":1}, "pr\u0069ce":12.50,"é":"\u00fc","tags":[ 1, {"a":null} ],"minimumDeliveryTime":1,"maximumDeliveryTime":2 }""");
        result.ShouldBe(HookResult.Written);
        output.ShouldBe("""{"price":12.50,"é":"\u00fc","tags":[ 1, {"a":null} ],"minimumDeliveryTime":1,"maximumDeliveryTime":2,"deliveryPromise":"1 to 2 days"}""");
    }

    [Theory]
    [InlineData("""{"sku":"A"}""")]
    [InlineData("""{"sku":"A","minimumDeliveryTime":null,"maximumDeliveryTime":null}""")]
    [InlineData("""{"minimumDeliveryTime":1,"maximumDeliveryTime":"2"}""")]
    [InlineData("""{"nested":{"minimumDeliveryTime":1,"maximumDeliveryTime":2}}""")]
    public void WithoutTimes_ItIsUnchanged(string document) => Apply(document).Result.ShouldBe(HookResult.Unchanged);

    [Fact]
    public void ContradictoryTimes_AreRejected() =>
        Apply("""{"minimumDeliveryTime":5,"maximumDeliveryTime":2}""").Result.ShouldBe(HookResult.Rejected("minimumDeliveryTime 5 is above maximumDeliveryTime 2"));

    private static (HookResult Result, string Output) Apply(string document)
    {
        var output = new HookOutput();
        var result = new DeliveryPromise().Apply(new HookInput { Entity = "item", Key = "A"u8, HasKey = true, Document = Encoding.UTF8.GetBytes(document) }, output);
        return (result, Encoding.UTF8.GetString(output.Written));
    }
}
