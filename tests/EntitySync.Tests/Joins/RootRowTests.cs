using EntitySync.Core.Joins;

namespace EntitySync.Tests.Joins;

public sealed class RootRowTests
{
    [Fact]
    public void Row_IsOffsetThenDocument()
    {
        var buffer = new byte[4];
        var row = RootRow.Encode(ref buffer, 0x0102030405060708, "{}"u8);

        row.ToArray().ShouldBe([8, 7, 6, 5, 4, 3, 2, 1, (byte)'{', (byte)'}']);
        RootRow.Offset(row).ShouldBe(0x0102030405060708);
        RootRow.Document(row).ToArray().ShouldBe("{}"u8.ToArray());
    }

    [Fact]
    public void ShortRowAfterLongOne_HasNothingOfIt()
    {
        var buffer = Array.Empty<byte>();
        RootRow.Encode(ref buffer, 1, new byte[100]);
        RootRow.Encode(ref buffer, 2, "x"u8).Length.ShouldBe(RootRow.HeadBytes + 1);
    }
}
