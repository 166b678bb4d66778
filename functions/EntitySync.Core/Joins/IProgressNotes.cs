namespace EntitySync.Core.Joins;

/// <summary>What a root task keeps in the progress topic about one matter; see <see cref="TaskProgress"/> for the form of the notes.</summary>
internal interface IProgressNotes
{
    bool HasUnsaved { get; }

    /// <summary>Writes what has changed since the last call.</summary>
    void Save(ProgressWriter writer);
}
