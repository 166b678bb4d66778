namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>A way to join items with their classes, on one thread. Outputs go to the sink it was made with.</summary>
internal interface IJoinContender : IDisposable
{
    string Name { get; }

    /// <summary>True when classes that changed have not reached all their items.</summary>
    bool HasFanout { get; }

    /// <summary>Memory that the items take, outside of the garbage collector's heap.</summary>
    long NativeBytes { get; }

    void RestoreClass(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> row);

    /// <summary>After the last class and before the first item.</summary>
    void CompleteClasses();

    void RestoreItem(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> document);

    void CompleteRestore();

    /// <param name="document">Null deletes the item.</param>
    void Update(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? document);

    /// <param name="row">Null deletes the class.</param>
    void ChangeClass(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? row);

    /// <summary>Goes on with what changed classes lead to.</summary>
    /// <param name="entities">Items to visit, about.</param>
    void Fanout(int entities);

    /// <summary>What must be done before positions are committed.</summary>
    void Commit();
}
