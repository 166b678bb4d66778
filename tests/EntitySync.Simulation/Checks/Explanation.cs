using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Simulation.Checks;

/// <summary>A row under a value of a relation.</summary>
public sealed record Place(RelationDefinition Relation, string Value, string Key)
{
    public bool Equals(Place? other) => other is not null && Relation.Name == other.Relation.Name && Value == other.Value && Key == other.Key;

    public override int GetHashCode() => HashCode.Combine(Relation.Name, Value, Key);
}

/// <summary>Which version of each row an entity is known to have seen, at least.</summary>
public sealed class Explanation : IEquatable<Explanation>
{
    private readonly ImmutableDictionary<Place, int> _seen;

    private Explanation(ImmutableDictionary<Place, int> seen) => _seen = seen;

    public static Explanation None { get; } = new(ImmutableDictionary<Place, int>.Empty);

    public int Of(Place place) => _seen.GetValueOrDefault(place);

    public Explanation With(Place place, int index) => Of(place) == index ? this : new Explanation(_seen.SetItem(place, index));

    public bool Equals(Explanation? other) => other is not null && _seen.Count == other._seen.Count && _seen.All(entry => other.Of(entry.Key) == entry.Value);

    public override bool Equals(object? obj) => Equals(obj as Explanation);

    public override int GetHashCode() => _seen.Sum(entry => HashCode.Combine(entry.Key, entry.Value) & 0xFFFFFF);

    public override string ToString() => string.Join(", ", _seen.Select(entry => $"{entry.Key.Relation.Name} {entry.Key.Value} {entry.Key.Key} version {entry.Value}").Order(StringComparer.Ordinal));
}
