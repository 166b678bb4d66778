using System.Text;
using Confluent.Kafka;
using EntitySync.Core.State;
using EntitySync.JoinHost;

namespace EntitySync.Tests.JoinHost;

public sealed class RefusedRecordTests
{
    [Fact]
    public void Emission_BecomesADeadLetterWithItsPositionAndReason()
    {
        var refused = new RefusedRecord("item-updates", [1], new OutgoingValue([2], new Position("items", 3, 4)), "too large");
        refused.IsDeadLetter.ShouldBeFalse();
        Text(refused.DeadLetterHeaders()).ShouldBe(
        [
            (HeaderNames.RootPosition, "items-3@4"),
            (HeaderNames.DeadLetterReason, "item-updates refuses the emission: too large"),
            (HeaderNames.DeadLetterPosition, "items-3@4"),
            (HeaderNames.DeadLetterStage, "join"),
        ]);
    }

    [Fact]
    public void LargeDeadLetter_IsCutAndSaysSo()
    {
        var headers = new Headers { { HeaderNames.DeadLetterPosition, "items-3@4"u8.ToArray() }, { HeaderNames.DeadLetterReason, "bad"u8.ToArray() } };
        var shortened = new RefusedRecord("dead", null, new OutgoingValue(new byte[100_000], null, headers), "too large").Shortened()!.Value;
        shortened.Value.Length.ShouldBe(65_536);
        Text(shortened.Headers).ShouldBe([(HeaderNames.DeadLetterPosition, "items-3@4"), (HeaderNames.DeadLetterReason, "bad; first 65536 of 100000 bytes")]);
        new RefusedRecord("dead", null, new OutgoingValue(shortened.Value, null, shortened.Headers), "too large").Shortened().ShouldBeNull();
    }

    [Fact]
    public void KnownRefusal_IsFoundByTopicKeyAndValue()
    {
        var known = new RefusedEmissions();
        known.Find("t", [1], [2]).ShouldBeNull();
        known.Add("t", [1], [2], "too large");
        known.Find("t", [1], [2]).ShouldBe("too large");
        known.Find("u", [1], [2]).ShouldBeNull();
        known.Find("t", [1, 2], []).ShouldBeNull();
        known.Find("t", null, [1, 2]).ShouldBeNull();
    }

    private static IEnumerable<(string, string)> Text(Headers headers) => headers.Select(header => (header.Key, Encoding.UTF8.GetString(header.GetValueBytes())));
}
