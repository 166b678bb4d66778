using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Enrichment;

/// <summary>A key that no single value of the root is, and where the scanner leaves the values it is made of.</summary>
/// <param name="Relation">Index of the relation whose match it is; <see cref="RootKey"/> for the root's own key.</param>
/// <param name="Composer">Puts it together.</param>
/// <param name="Slots">The slot of each of the composer's fields.</param>
/// <param name="EachSlots">Those of <paramref name="Slots"/> that have a value for each element of the array; the others have one for the document.</param>
internal sealed record ComposedKey(int Relation, KeyComposer Composer, int[] Slots, int[] EachSlots)
{
    public const int RootKey = -1;
}

/// <summary>Gives each field that composed keys are made of a slot, and each array they go through a count of its elements.</summary>
internal sealed class ComposedKeyTree(string entity, PathNode document, Action<PathNode> visit)
{
    private readonly List<PathNode?> _arrays = []; // by slot: the element node of the last array on the way to it

    public int Slots => _arrays.Count;

    /// <summary>Arrays whose elements are counted.</summary>
    public int Arrays { get; private set; }

    /// <param name="what">The key's name in messages.</param>
    /// <exception cref="InvalidRequestException">The key's fields go through different arrays.</exception>
    public ComposedKey Add(string what, int relation, KeyDefinition definition)
    {
        var composer = new KeyComposer(definition);
        int[] slots = [.. composer.Fields.Select(path => SlotOf(path, relation))];
        int[] each = [.. slots.Where(slot => _arrays[slot] is not null)];
        if (each.Select(slot => _arrays[slot]).Distinct().Count() > 1)
        {
            throw new InvalidRequestException($"Entity '{entity}': {what} '{definition}' goes through different arrays; their elements have no common order.");
        }

        return new ComposedKey(relation, composer, slots, each);
    }

    private int SlotOf(FieldPath path, int relation)
    {
        PathNode? array = null;
        var node = document.Reach(path, reached =>
        {
            visit(reached);
            if (reached.IsElement) array = reached;
        });
        if (relation >= 0) node.IsMatch = true;
        if (node.Slot >= 0) return node.Slot;
        if (array is { Counter: < 0 }) array.Counter = Arrays++;
        node.SlotCounter = array?.Counter ?? -1;
        _arrays.Add(array);
        return node.Slot = Slots - 1;
    }
}
