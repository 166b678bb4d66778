using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// One relation as a root task sees it: the values its entities refer to, which entities refer to each, and the related rows of each.
/// </summary>
internal abstract class RelatedRows(CompiledRelation relation, FanoutCursors cursors) : IDisposable
{
    private readonly ValueTable _values = new();
    private readonly MemberIndex _members = new();

    public CompiledRelation Relation => relation;

    public MemberIndex Members => _members;

    public virtual long AllocatedBytes => _values.AllocatedBytes + _members.AllocatedBytes;

    protected ValueTable Values => _values;

    public ReadOnlySpan<byte> BytesOf(int value) => _values.BytesOf(value);

    public int Find(ReadOnlySpan<byte> value) => _values.Find(value);

    /// <summary>Counts one more use of a value.</summary>
    /// <param name="text">The value.</param>
    /// <param name="offset">Offset of the root record that uses it.</param>
    /// <param name="isRestoring">True when it was used before this task was made.</param>
    /// <returns>The value's id.</returns>
    public int Acquire(ReadOnlySpan<byte> text, long offset, bool isRestoring)
    {
        var isNew = _values.Find(text) < 0;
        var value = _values.Acquire(text);
        if (isNew) OnFirstUse(value, text, offset, isRestoring);
        return value;
    }

    /// <summary>Counts one use less. The members that used it are removed before.</summary>
    public void Release(int value, bool isRestoring)
    {
        if (_values.UsesOf(value) == 1) OnLastUse(value, isRestoring);
        _values.Release(value);
    }

    /// <summary>What the join needs of a value's rows.</summary>
    /// <returns>False when the rows are not known yet.</returns>
    public abstract bool TryRows(int value, out PreparedRow? rows);

    /// <summary>All rows of a value, ascending by key; for people who ask.</summary>
    public abstract IEnumerable<PreparedRow> AllRows(int value);

    /// <summary>Called once, when everything is restored: starts the fan-outs of what has changed since the task's progress.</summary>
    public abstract void CompleteRestore(TaskProgress progress);

    public void Dispose()
    {
        _values.Dispose();
        _members.Dispose();
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void OnFirstUse(int value, ReadOnlySpan<byte> text, long offset, bool isRestoring);

    protected virtual void OnLastUse(int value, bool isRestoring) => cursors.Cancel(relation.Index, value);

    /// <summary>False for a root's value that is longer than any row's: it goes into no record key.</summary>
    protected static bool CanHaveRows(ReadOnlySpan<byte> text) => text.Length <= JoinColumn.MaximumValueBytes;

    protected void StartFanout(int value)
    {
        if (_members.Count(value) > 0 && CanHaveRows(BytesOf(value))) cursors.Start(relation.Index, value);
    }

    protected abstract void Dispose(bool disposing);
}
