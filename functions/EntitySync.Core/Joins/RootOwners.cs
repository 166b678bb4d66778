using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>Which row of a rekeyed root each entity is made of, and where it came from.</summary>
/// <param name="topic">The root's own topic.</param>
internal sealed class RootOwners(string topic) : IDisposable
{
    private readonly PagedStateStore _owners = new(); // entity key -> RootRowHead, then the row's own key
    private readonly Growable<byte> _value = new();

    public long PayloadBytes => _owners.PayloadBytes;

    public long AllocatedBytes => _owners.AllocatedBytes;

    /// <param name="entity">The entity's key.</param>
    /// <param name="head">Where its row stands.</param>
    /// <param name="rowKey">The row's own key; valid until the next <see cref="Put"/> or <see cref="Remove"/>.</param>
    /// <returns>False when there is no such entity.</returns>
    public bool TryGet(ReadOnlySpan<byte> entity, out RootRowHead head, out ReadOnlySpan<byte> rowKey)
    {
        head = default;
        if (!_owners.TryGet(entity, out rowKey)) return false;
        head = RootRowHead.Read(ref rowKey);
        return true;
    }

    public void Put(ReadOnlySpan<byte> entity, in RootRowHead head, ReadOnlySpan<byte> rowKey)
    {
        head.Write(_value, rowKey);
        _owners.Put(entity, _value.Span);
    }

    public void Remove(ReadOnlySpan<byte> entity) => _owners.Delete(entity);

    /// <returns>Position of the entity's row in the root's own topic; null when there is no such entity.</returns>
    public Position? PositionOf(ReadOnlySpan<byte> entity) =>
        TryGet(entity, out var head, out _) ? new Position(topic, head.OriginPartition, head.OriginOffset) : null;

    public void Dispose() => _owners.Dispose();
}
