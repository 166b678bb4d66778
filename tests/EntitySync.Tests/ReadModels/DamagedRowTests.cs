using EntitySync.Core.ReadModels;

namespace EntitySync.Tests.ReadModels;

/// <summary>Facts that are not what was written: their events are bad, with words, and nothing else is.</summary>
public sealed class DamagedRowTests
{
    private readonly ReadModelRig _rig = new();

    [Theory]
    [InlineData(new byte[0], "There are none.")]
    [InlineData(new byte[] { 2, 0 }, "They are of form 2, this code knows form 1.")]
    [InlineData(new byte[] { 1, 0, 0 }, "1 bytes are left over.")]
    [InlineData(new byte[] { 1 }, "A varint ends too early or is too long.")]
    [InlineData(new byte[] { 1, 9, 0 }, "9 is out of range: at most 2.")]
    [InlineData(new byte[] { 1, 1, 2, 0, 0, 0 }, "2 is out of range: at most 1.")]
    [InlineData(new byte[] { 1, 1, 0, 0, 4, 0, 0 }, "A fact has no event.")]
    [InlineData(new byte[] { 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 200, 1 }, "198 bytes are announced, 0 are there.")]
    public async Task Facts_ThatCannotBeRead_MakeTheirEventsBad(byte[] facts, string reason)
    {
        await _rig.LiveAsync(_rig.Payment("o-1", "1"));
        _rig.Table.Damage(ReadModelRig.Version, _rig.Table.Find(ReadModelRig.Version, "o-1")! with { Facts = facts });
        var result = await _rig.LiveAsync(_rig.Payment("o-1", "2"), _rig.Payment("o-2", "3"));

        ReadModelRig.Bad(result).ShouldBe([$"order-payments-0@1: row 'o-1' of orders v1 is damaged: its facts cannot be read: {reason} A rebuild repairs it."]);
        (result.Failed.Count, _rig.Row("o-2")).ShouldBe((0, """{"paid":3,"payments":1}"""));
    }

    [Fact]
    public async Task AnyByteChangedOrLost_IsReadOrRefused_NothingElse()
    {
        await _rig.LiveAsync([.. Enumerable.Range(0, 4).SelectMany(number => (ReadModelRig.Event[])
        [
            _rig.Order("o-1", "placed", $$""" "customer":{"name":"Ann"},"total":{{number}},"status":"paid" """),
            _rig.Order("o-1", "tagged", "\"tag\":7"),
            _rig.Payment("o-1", "1.25"),
        ]), _rig.Order("o-1", "deleted"), _rig.Order("o-1", "changed", "\"status\":\"sent\"")]);
        await _rig.FillAsync(_rig.Payment("o-1", "1.25"));
        var row = _rig.Table.Find(ReadModelRig.Version, "o-1")!;
        var random = new Random(1);
        var (read, refused) = (0, 0);
        for (var at = 0; at < row.Facts.Length; at++)
        {
            foreach (var value in (byte[])[0, 1, 127, 128, 255, (byte)random.Next(256)])
            {
                var changed = row.Facts.ToArray();
                changed[at] = value;
                _rig.Table.Damage(ReadModelRig.Version, row with { Facts = random.Next(5) == 0 ? changed.AsMemory(0, at) : changed });
                var result = await _rig.LiveAsync(_rig.Payment("o-1", "2"));
                (result.Failed.Count, result.Bad.Count).ShouldBeOneOf((0, 0), (0, 1));
                if (result.Bad.Count == 0) read++;
                else refused++;
            }
        }

        (read > 100 && refused > 100).ShouldBeTrue($"{read} read, {refused} refused");
    }
}
