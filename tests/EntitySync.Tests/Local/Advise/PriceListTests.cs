using EntitySync.Local.Advise;
using EntitySync.Local.Runner;
using EntitySync.Tests.Local.Commands;

namespace EntitySync.Tests.Local.Advise;

public sealed class PriceListTests : IDisposable
{
    private static readonly string Shipped = File.ReadAllText(Checkout.PathOf("infra", "prices.yaml"));
    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ShippedPrices_AreMarkedAsExamples()
    {
        var prices = PriceList.Load(Checkout.PathOf("infra", "prices.yaml"));

        (prices.AsOf, prices.Region, prices.Currency).ShouldBe(("as known in 2026, check", "us-east-1", "USD"));
        prices.KafkaGigabyteWritten.ShouldBe(0);
        Shipped.ShouldContain("EXAMPLES, to be replaced");
    }

    [Theory]
    [InlineData("fargateVcpuHour: 0.03238", "fargateVcpuHour: -1", "(7,18): fargateVcpuHour is '-1', a number of at least 0 is expected.")]
    [InlineData("fargateVcpuHour: 0.03238", "fargateVcpuHour: 0,03", "(7,18): fargateVcpuHour is '0,03', a number of at least 0 is expected.")]
    [InlineData("fargateVcpuHour: 0.03238", "fargateVcpuHour: NaN", "(7,18): fargateVcpuHour is 'NaN', a number of at least 0 is expected.")]
    [InlineData("fargateVcpuHour: 0.03238", "fargateVcpuHour: [1]", "(7,18): 'key: price' is expected, one a line.")]
    [InlineData("fargateVcpuHour:", "fargateVCpuHour:", "(7,18): 'fargateVCpuHour' is no price that is used. Allowed: asOf, ")]
    [InlineData("httpApiMillionRequests: 1.00", "", ": httpApiMillionRequests is missing.")]
    [InlineData("region: us-east-1\ncurrency: USD\n", "", ": region, currency are missing.")]
    [InlineData("currency: USD", "currency: [", "(5,11): 'key: price' is expected, one a line.")]
    [InlineData("currency: USD", "region: here", "(5,9): region is there twice.")]
    public void Mistakes_AreToldWithTheirPlace(string was, string now, string message)
    {
        Shipped.ShouldContain(was);
        var file = _folder.Write("prices.yaml", Shipped.Replace(was, now, StringComparison.Ordinal));

        Should.Throw<InvalidDataException>(() => PriceList.Load(file)).Message.ShouldStartWith(file + message);
    }

    [Fact]
    public void MissingOrEmptyFile_IsTold()
    {
        Should.Throw<InvalidDataException>(() => PriceList.Load(Path.Combine(_folder.Path, "none.yaml"))).Message.ShouldStartWith("The prices cannot be read: ");
        Should.Throw<InvalidDataException>(() => PriceList.Load(_folder.Write("empty.yaml", ""))).Message.ShouldEndWith("empty.yaml(1,1): 'key: price' is expected, one a line.");
        Should.Throw<InvalidDataException>(() => PriceList.Load(_folder.Write("list.yaml", "[1, 2]"))).Message.ShouldEndWith("list.yaml(1,1): 'key: price' is expected, one a line.");
    }
}
