using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>Compares the nodes of a file with the grammar and reports every difference: unknown and missing keys, wrong types, unknown words, bad names.</summary>
internal sealed class GrammarCheck(ProblemList problems)
{
    public void Check(YamlPlace place, GrammarType type)
    {
        switch (place.Node)
        {
            case YamlReported: break;
            case YamlScalar scalar: CheckScalar(place, scalar, type); break;
            case YamlList list: CheckList(place, list, type); break;
            case YamlMap map: CheckMap(place, map, type); break;
        }
    }

    private void CheckScalar(YamlPlace place, YamlScalar scalar, GrammarType type)
    {
        switch (type is EitherType either ? ScalarForm(either, scalar) : type)
        {
            case TextType text: CheckText(place, scalar, text); break;
            case WordType words: CheckWord(place, scalar, words); break;
            case IntegerType integer: CheckInteger(place, integer); break;
            case DurationType duration: CheckDuration(place, scalar, duration); break;
            case FlagType when scalar.Kind != ScalarKind.Flag: problems.Add(place, "", scalar.Shown, type.Allowed, MeantFlag(scalar.Text)); break;
            case NumberType when scalar.Kind is not (ScalarKind.Integer or ScalarKind.Float): problems.Add(place, "", scalar.Shown, type.Allowed); break;
            case ConstantType or ScalarType or NumberType: CheckConstant(place, scalar); break;
            case FlagType: break;
            default: WrongType(place, type); break;
        }
    }

    private static GrammarType? ScalarForm(EitherType either, YamlScalar scalar) =>
        scalar.Kind is not ScalarKind.Text and not ScalarKind.Null && either.Forms.FirstOrDefault(form => form is NumberType) is { } number
            ? number
            : either.Forms.FirstOrDefault(form => form is TextType or WordType or ScalarType);

    private void CheckText(YamlPlace place, YamlScalar scalar, TextType text)
    {
        if (scalar.Kind == ScalarKind.Null)
            problems.Add(place, "", scalar.Shown, text.Allowed);
        else if (scalar.Kind != ScalarKind.Text)
            problems.Add(place, "", $"{scalar.Shown}, which YAML does not read as text", $"{text.Allowed} (in quotes when it looks like a number, true or false)");
        else if (!text.Fits(scalar.Text))
            problems.Add(place, "", scalar.Text.Length > text.MaxLength ? $"{scalar.Text.Length} characters" : scalar.Shown, text.Allowed);
    }

    private void CheckWord(YamlPlace place, YamlScalar scalar, WordType words)
    {
        if (scalar.Kind == ScalarKind.Text && words.Words.Any(word => word.Text == scalar.Text)) return;
        problems.Add(place, "", scalar.Shown, words.Allowed, DidYouMean.Nearest(scalar.Text, words.Words.Select(word => word.Text)));
    }

    private void CheckInteger(YamlPlace place, IntegerType type)
    {
        if (place.Integer is not { } number || number < type.Min || number > type.Max) problems.Add(place, "", place.Node!.Shown, type.Allowed);
    }

    private void CheckDuration(YamlPlace place, YamlScalar scalar, DurationType type)
    {
        if (scalar.Kind == ScalarKind.Text && type.Fits(scalar.Text)) return;
        problems.Add(place, "", scalar.Shown, type.Allowed, MeantDuration(scalar.Text.ToUpperInvariant(), type));
    }

    private void CheckConstant(YamlPlace place, YamlScalar scalar)
    {
        if (JsonConstants.Refusal(scalar) is { } allowed) problems.Add(place, "JSON has no such value", scalar.Shown, allowed);
    }

    private void CheckList(YamlPlace place, YamlList list, GrammarType type)
    {
        switch (type is EitherType either ? either.Forms.FirstOrDefault(form => form is ListType) : type)
        {
            case ListType listType when list.Items.Length is 0 || list.Items.Length > listType.MaxItems:
                problems.Add(place, "", list.Items.IsEmpty ? list.Shown : $"{list.Items.Length} items", $"1 to {listType.MaxItems} items");
                break;
            case ListType listType: CheckAll(place.Items, listType.Item); break;
            case ConstantType: CheckAll(place.Items, type); break;
            default: WrongType(place, type); break;
        }
    }

    private void CheckMap(YamlPlace place, YamlMap map, GrammarType type)
    {
        switch (type is EitherType either ? either.Forms.FirstOrDefault(form => form is MapType or ObjectType) : type)
        {
            case ObjectType objectType: CheckKeys(place, map, objectType); break;
            case MapType { MaxEntries: { } most } when map.Entries.Length > most: problems.Add(place, "", $"{map.Entries.Length} entries", $"at most {most}"); break;
            case MapType mapType: CheckEntries(place, map, mapType.Key, mapType.Value); break;
            case RelationsType: CheckEntries(place, map, TextForms.RelationName, DefinitionGrammar.Relation); break;
            case ConstantType: CheckAll(map.Entries.Select(entry => place[entry.Key.Text]), type); break;
            default: WrongType(place, type); break;
        }
    }

    private void CheckEntries(YamlPlace place, YamlMap map, TextType keyType, GrammarType valueType)
    {
        if (map.Entries.IsEmpty) problems.Add(place, "", map.Shown, "at least one entry");
        foreach (var entry in map.Entries)
        {
            var child = place[entry.Key.Text];
            if (!keyType.Fits(entry.Key.Text)) problems.Add(entry.Key.Mark, child.Path, "", YamlScalar.Quote(entry.Key.Text), keyType.Allowed);
            Check(child, valueType);
        }
    }

    private void CheckKeys(YamlPlace place, YamlMap map, ObjectType type)
    {
        foreach (var entry in map.Entries)
        {
            if (type.Keys.FirstOrDefault(key => key.Name == entry.Key.Text) is { } key) Check(place[key.Name], key.Type);
            else problems.AddUnknownName(entry.Key, YamlPlace.JoinPath(place.Path, entry.Key.Text), "unknown key", [.. type.Names]);
        }

        foreach (var key in type.Keys.Where(key => key.Required && map.Find(key.Name) is null))
            problems.Add(place[key.Name], "required key is missing", "nothing", key.Type.Allowed);

        var present = type.Names.Where(name => map.Find(name) is not null).ToList();
        if (type.ExactlyOne) CheckExactlyOne(place, present, [.. type.Names]);
        if (!type.ExactlyOneOf.IsDefaultOrEmpty) CheckExactlyOne(place, [.. present.Intersect(type.ExactlyOneOf)], type.ExactlyOneOf);
        if (!type.AtLeastOneOf.IsDefaultOrEmpty && !present.Intersect(type.AtLeastOneOf).Any())
            problems.Add(place, type.Without, $"no {string.Join(" and no ", type.AtLeastOneOf)}", string.Join(", ", type.AtLeastOneOf) + (type.AtLeastOneOf.Length == 2 ? " or both" : " or several"));
    }

    private void CheckExactlyOne(YamlPlace place, List<string> present, ImmutableArray<string> names)
    {
        if (present.Count != 1) problems.Add(place, "", present.Count == 0 ? "none of them" : string.Join(" and ", present), "exactly one of " + string.Join(", ", names));
    }

    private void CheckAll(IEnumerable<YamlPlace> places, GrammarType type)
    {
        foreach (var place in places) Check(place, type);
    }

    private void WrongType(YamlPlace place, GrammarType type) => problems.Add(place, "", place.Node!.Shown, type.Allowed);

    // 2d, 12h and P12H are plain enough; P1M may be a month.
    private static string? MeantDuration(string text, DurationType type) => Array.Find(
        [text, "P" + text, "PT" + text, text.StartsWith('P') && !text.Contains('M', StringComparison.Ordinal) ? "PT" + text[1..] : ""], type.Fits);

    // The words of YAML 1.1, which many people still write.
    private static string? MeantFlag(string text) => text.ToLowerInvariant() switch
    {
        "yes" or "on" or "y" => "true",
        "no" or "off" or "n" => "false",
        var other => DidYouMean.Nearest(other, ["true", "false"]),
    };
}
