using System.Collections;
using System.Globalization;
using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Writes a definition down whole, so that two can be compared by content (records with immutable arrays compare these by reference).</summary>
internal static class DefinitionText
{
    public static string Of(EntityDefinition definition) => Write(definition with { SourceFile = "" }, "");

    public static string Of(ReconciliationDefinition definition) => Write(definition with { SourceFile = "" }, "");

    public static string Of(ReadModelDefinition definition) => Write(definition with { SourceFile = "", Text = "", Fingerprint = "" }, "");

    private static string Write(object? value, string indent) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        FieldPath path => $"path {path.Text} [{string.Join(' ', path.Steps)}]",
        IEnumerable<byte> json => Encoding.UTF8.GetString([.. json]),
        IEnumerable items => string.Concat(items.Cast<object?>().Select(item => $"\n{indent}- {Write(item, indent + "  ")}")),
        _ when value.GetType().IsPrimitive || value.GetType().IsEnum => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        (string target, IEnumerable<byte> json) => $"{target} = {Write(json, indent)}",
        _ => value.GetType().Name + string.Concat(value.GetType().GetProperties()
            .Where(property => property.GetIndexParameters().Length == 0 && property.GetMethod!.IsStatic is false && property.Name != nameof(EntityDefinition.AllRelations))
            .Select(property => $"\n{indent}{property.Name}: {Write(property.GetValue(value), indent + "  ")}")),
    };
}
