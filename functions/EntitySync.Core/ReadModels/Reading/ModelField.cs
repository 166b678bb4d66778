using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;

namespace EntitySync.Core.ReadModels.Reading;

/// <summary>What a field of a row is made of.</summary>
internal enum FieldKind
{
    /// <summary>Replaced or set: the newest value.</summary>
    Value,

    /// <summary>Replaced or set with an order of states: the last one of them.</summary>
    State,

    /// <summary>Appended to.</summary>
    List,

    /// <summary>Incremented.</summary>
    Sum,
}

/// <summary>A field of the rows of a read model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Encoded"><c>"name":</c> as it stands in the document.</param>
/// <param name="Kind">What it is made of.</param>
/// <param name="Limit">Of a list: most elements.</param>
/// <param name="States">Of a state: its order; texts, and the same as JSON.</param>
internal sealed record ModelField(string Name, byte[] Encoded, FieldKind Kind, int Limit, (string Text, byte[] Json)[] States)
{
    /// <summary>All fields, in the order in which the definition mentions them first.</summary>
    /// <exception cref="InvalidRequestException">A field is of two kinds.</exception>
    public static ModelField[] Of(ReadModelDefinition definition)
    {
        var changes = definition.Topics.SelectMany(topic => topic.Events).SelectMany(rule => rule.Changes).GroupBy(change => change.Field, StringComparer.Ordinal);
        return [.. changes.Select(group => Of(definition, group.Key, [.. group]))];
    }

    private static ModelField Of(ReadModelDefinition definition, string name, FieldChange[] changes)
    {
        var order = definition.States.FirstOrDefault(state => state.Field == name);
        FieldKind[] kinds = [.. changes.Select(change => KindOf(change.Kind, order)).Distinct()];
        if (kinds.Length > 1) throw new InvalidRequestException($"Read model '{definition.ReadModel}': field '{name}' is {string.Join(" and ", kinds)} at the same time.");
        if (order is not null && kinds[0] != FieldKind.State) throw new InvalidRequestException($"Read model '{definition.ReadModel}': field '{name}' has an order of states, but is not replaced or set.");
        return new ModelField(name, PropertyName.Encode(name), kinds[0], changes.Max(change => change.Limit), [.. (order?.Order ?? []).Select(text => (text, PropertyName.EncodeText(text)))]);
    }

    private static FieldKind KindOf(FieldChangeKind change, StateOrder? order) => change switch
    {
        FieldChangeKind.Append => FieldKind.List,
        FieldChangeKind.Increment => FieldKind.Sum,
        _ => order is null ? FieldKind.Value : FieldKind.State,
    };
}
