using Confluent.Kafka;
using EntitySync.JoinHost.Logging;
using EntitySync.Testing;

namespace EntitySync.Tests.JoinHost;

public sealed class RepeatedErrorsTests
{
    [Fact]
    public void ErrorOfAKind_IsNewsOnceInTenSeconds()
    {
        var clock = new TestClock();
        var errors = new RepeatedErrors(clock);
        errors.IsNews(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down")).ShouldBeTrue();
        errors.IsNews(new Error(ErrorCode.Local_Transport)).ShouldBeTrue();
        clock.Advance(TimeSpan.FromSeconds(9));
        errors.IsNews(new Error(ErrorCode.Local_AllBrokersDown, "0/1 brokers are down")).ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        errors.IsNews(new Error(ErrorCode.Local_AllBrokersDown)).ShouldBeTrue();
        errors.IsNews(new Error(ErrorCode.Local_AllBrokersDown)).ShouldBeFalse();
    }
}
