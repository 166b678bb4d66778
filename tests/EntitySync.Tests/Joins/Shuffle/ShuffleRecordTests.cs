using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>The bytes of the internal topics, written out: an old log must stay readable.</summary>
public sealed class ShuffleRecordTests
{
    private static readonly Position At = new("internal", 3, 42);

    private byte[] _buffer = [];

    [Fact]
    public void Rows_HaveTheseBytes()
    {
        Hex(RowsRecord.EncodeKey(ref _buffer, "ab"u8, "k"u8)).ShouldBe("02-6162-6B");
        Hex(RowsRecord.EncodeKey(ref _buffer, ""u8, ""u8)).ShouldBe("00");
        Hex(RowsRecord.EncodeKey(ref _buffer, new byte[200], ""u8)).ShouldStartWith("C801-0000");
        Hex(RowsRecord.EncodeValue(ref _buffer, 2, 300, "{}"u8)).ShouldBe("01-02-AC02-7B7D");
        Hex(RowsRecord.EncodeValue(ref _buffer, int.MaxValue, long.MaxValue, "1"u8)).ShouldBe("01-FFFFFFFF07-FFFFFFFFFFFFFFFF7F-31");

        var row = RowsRecord.Read(Record("02-6162-6B", "01-FFFFFFFF07-FFFFFFFFFFFFFFFF7F-31"), At);
        row.JoinValue.SequenceEqual("ab"u8).ShouldBeTrue();
        row.RowKey.SequenceEqual("k"u8).ShouldBeTrue();
        (row.IsTombstone, row.OriginPartition, row.OriginOffset).ShouldBe((false, int.MaxValue, long.MaxValue));
        row.Json.SequenceEqual("1"u8).ShouldBeTrue();
        RowsRecord.Read(Record("00", null), At).IsTombstone.ShouldBeTrue();
    }

    [Fact]
    public void Questions_HaveTheseBytes()
    {
        Hex(QuestionRecord.EncodeKey(ref _buffer, "ab"u8, 258)).ShouldBe("6162-00000102");
        Hex(QuestionRecord.EncodeValue(ref _buffer, 258)).ShouldBe("01-0201000000000000");

        var question = QuestionRecord.Read(Record("6162-00000102", "01-0201000000000000"), At);
        question.JoinValue.SequenceEqual("ab"u8).ShouldBeTrue();
        (question.AskingPartition, question.Epoch, question.IsTombstone).ShouldBe((258, 258, false));
        var withdrawn = QuestionRecord.Read(Record("00000000", null), At);
        (withdrawn.JoinValue.Length, withdrawn.AskingPartition, withdrawn.IsTombstone).ShouldBe((0, 0, true));
    }

    [Fact]
    public void Answers_HaveTheseBytes()
    {
        var writer = new AnswerWriter();
        writer.Start();
        writer.Add("b"u8, 1, 300, "{}"u8);
        writer.Add("a"u8, 0, 2, "7"u8);
        writer.Finish(5);
        Hex(writer.ValueFor(258)).ShouldBe("01-0201000000000000-0500000000000000-02-01-61-00-02-01-37-01-62-01-AC02-02-7B7D");
        Hex(writer.ValueFor(3)).ShouldStartWith("01-0300000000000000-0500000000000000-02");

        writer.Refuse(-1, "no");
        Hex(writer.ValueFor(1)).ShouldBe("02-0100000000000000-FFFFFFFFFFFFFFFF-6E6F");
        writer.Start();
        writer.Finish(-1);
        Hex(writer.ValueFor(1)).ShouldBe("01-0100000000000000-FFFFFFFFFFFFFFFF-00");
    }

    [Fact]
    public void Answer_IsReadRowByRow()
    {
        var answer = AnswerRecord.Read(Bytes("01-0201000000000000-0500000000000000-02-01-61-00-02-01-37-01-62-01-AC02-02-7B7D"), At);
        (answer.Epoch, answer.Version, answer.IsRefusal, answer.Reason, answer.Rows.Count).ShouldBe((258, 5, false, null, 2));
        var rows = new List<string>();
        foreach (var row in answer.Rows) rows.Add($"{Hex(row.Key)} {row.OriginPartition}@{row.OriginOffset} {Hex(row.Json)}");
        rows.ShouldBe(["61 0@2 37", "62 1@300 7B7D"]);

        var refusal = AnswerRecord.Read(Bytes("02-0100000000000000-FFFFFFFFFFFFFFFF-6E6F"), At);
        (refusal.Epoch, refusal.Version, refusal.IsRefusal, refusal.Reason, refusal.Rows.Count).ShouldBe((1, -1, true, "no", 0));
        foreach (var row in refusal.Rows) throw new InvalidOperationException($"A refusal has no row, but {Hex(row.Key)} came.");
    }

    [Theory]
    [InlineData("02-6162", "02-00-00", "format 2 is unknown")]
    [InlineData("02-61", "01-00-00", "2 bytes are expected, 1 are left")]
    [InlineData(null, "01-00-00", "a number is cut off")]
    [InlineData("00", "", "1 bytes are expected, 0 are left")]
    [InlineData("00", "01-80", "a number is cut off")]
    [InlineData("00", "01-8080808008", "number 2147483648 is larger than 2147483647")]
    [InlineData("00", "01-00-FFFFFFFFFFFFFFFFFF02", "a number is cut off")]
    public void RowsThatAreNotOurs_AreRefusedWithTheirPosition(string? key, string value, string reason) =>
        Refusal(() => RowsRecord.Read(Record(key, value), At)).ShouldBe(Unreadable(reason));

    [Theory]
    [InlineData("000000", "01-0000000000000000", "4 bytes are expected, 3 are left")]
    [InlineData("FFFFFFFF", "01-0000000000000000", "asking partition -1 is negative")]
    [InlineData("00000000", "03-0000000000000000", "format 3 is unknown")]
    [InlineData("00000000", "01-00000000", "8 bytes are expected, 4 are left")]
    [InlineData("00000000", "01-000000000000000000", "1 bytes too many")]
    public void QuestionsThatAreNotOurs_AreRefusedWithTheirPosition(string key, string value, string reason) =>
        Refusal(() => QuestionRecord.Read(Record(key, value), At)).ShouldBe(Unreadable(reason));

    [Theory]
    [InlineData("", "1 bytes are expected, 0 are left")]
    [InlineData("03-0000000000000000-0000000000000000-00", "format 3 is unknown")]
    [InlineData("01-0000000000000000-00", "8 bytes are expected, 1 are left")]
    [InlineData("01-0000000000000000-0000000000000000-01-01-61-00-00-02-31", "2 bytes are expected, 1 are left")]
    [InlineData("01-0000000000000000-0000000000000000-00-31", "1 bytes too many")]
    [InlineData("01-0000000000000000-0000000000000000", "a number is cut off")]
    public void AnswersThatAreNotOurs_AreRefusedWithTheirPosition(string value, string reason) => Refusal(() => Walk(Bytes(value))).ShouldBe(Unreadable(reason));

    private static void Walk(byte[] value)
    {
        foreach (var row in AnswerRecord.Read(value, At).Rows) _ = row.Key.Length;
    }

    private static string Refusal(Action action) => Should.Throw<InvalidRequestException>(action).Message;

    private static string Unreadable(string reason) => $"internal-3@42 cannot be read: {reason}. A newer version wrote it, or somebody else writes to this topic.";

    private static LogRecord Record(string? key, string? value) =>
        new(0, 0, 0, 0, OptionalBytes.From(key is null ? null : Bytes(key)), OptionalBytes.From(value is null ? null : Bytes(value)), []);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace("-", "", StringComparison.Ordinal));

    private static HexText Hex(ReadOnlySpan<byte> bytes) => new(Convert.ToHexString(bytes));

    /// <summary>Hexadecimal digits, compared without the dashes that make a layout readable.</summary>
    private sealed record HexText(string Digits)
    {
        public void ShouldBe(string expected) => Digits.ShouldBe(expected.Replace("-", "", StringComparison.Ordinal));

        public void ShouldStartWith(string expected) => Digits.ShouldStartWith(expected.Replace("-", "", StringComparison.Ordinal));

        public override string ToString() => Digits;
    }
}
