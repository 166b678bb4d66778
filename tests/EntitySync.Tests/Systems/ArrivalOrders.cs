namespace EntitySync.Tests.Systems;

internal static class ArrivalOrders
{
    /// <summary>Every order of the elements: n! lists.</summary>
    public static IEnumerable<List<T>> Of<T>(IReadOnlyList<T> elements)
    {
        if (elements.Count == 0) return [[]];
        return elements.SelectMany((first, index) => Of([.. elements.Take(index), .. elements.Skip(index + 1)]).Select(rest => (List<T>)[first, .. rest]));
    }
}
