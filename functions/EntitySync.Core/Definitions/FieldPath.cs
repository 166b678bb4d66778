using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>One step of a <see cref="FieldPath"/>: a property, and whether every element of its array is meant (<c>name[]</c>).</summary>
public readonly record struct FieldStep(string Name, bool EachElement);

/// <summary>A path into a JSON document as definitions write it: <c>sku</c>, <c>address.country</c>, <c>lines[].sku</c>, <c>deliveryClasses[]</c>.</summary>
/// <param name="Text">The path as written.</param>
/// <param name="Steps">Its steps from the root; never empty.</param>
public sealed record FieldPath(string Text, ImmutableArray<FieldStep> Steps)
{
    /// <summary>True when the path goes through at least one array and so may give several values.</summary>
    public bool IsMany => Steps.Any(step => step.EachElement);

    /// <summary>Parses <paramref name="text"/>; null when a step is empty or has a stray bracket.</summary>
    public static FieldPath? TryParse(string text)
    {
        var parts = text.Split('.');
        var steps = ImmutableArray.CreateBuilder<FieldStep>(parts.Length);
        foreach (var part in parts)
        {
            var each = part.EndsWith("[]", StringComparison.Ordinal);
            var name = each ? part[..^2] : part;
            if (name.Length == 0 || name.AsSpan().ContainsAny('[', ']') || name.Any(char.IsWhiteSpace)) return null;
            steps.Add(new FieldStep(name, each));
        }

        return new FieldPath(text, steps.MoveToImmutable());
    }

    public bool Equals(FieldPath? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
