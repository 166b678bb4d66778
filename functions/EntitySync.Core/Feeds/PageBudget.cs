namespace EntitySync.Core.Feeds;

/// <summary>
/// Keeps a page below what a function may answer: 6 MB, in base64. Values are given room newest first; what is left for them shrinks by what each entry takes without its value, so that
/// a place is found for all entries.
/// </summary>
internal static class PageBudget
{
    /// <summary>Bytes of a page; in base64 5.6 MB.</summary>
    public const int Bytes = 4 * 1024 * 1024;

    /// <summary>What an entry takes at most without value and key.</summary>
    public const int BytesOfAnEntry = 1400;

    /// <param name="written">Bytes of the page so far.</param>
    /// <param name="left">Entries to write, this one among them.</param>
    /// <param name="wanted">Bytes of the value, or the key, as they would be written.</param>
    public static bool HasRoom(long written, int left, int wanted) => written + wanted + ((long)left * BytesOfAnEntry) <= Bytes;
}
