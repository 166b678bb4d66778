namespace EntitySync.Core.State.Paged;

/// <summary>An entry of a store by its id. While the id is free, the address is 0 and the hash holds the next free id + 1.</summary>
internal struct Entry
{
    public uint Hash;
    public uint Address;
}
