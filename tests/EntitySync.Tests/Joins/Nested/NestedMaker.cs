using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins.Nested;

/// <summary>
/// Draws definitions of any depth. All documents, roots and rows alike, have the same fields: <c>id</c>, the join column <c>v</c>, the match columns <c>f0</c>,
/// <c>f1</c> and <c>a[]</c>, the numbers <c>n</c> and <c>x</c>.
/// </summary>
internal sealed class NestedMaker(Random random)
{
    public const string Root = "things";

    private readonly List<(string Topic, DocumentFormat Format)> _topics = [];
    private int _count;

    public EntityDefinition Definition()
    {
        var relations = Relations(random.Next(1, 4), mustNest: true);
        List<string> complete = [.. relations.Select(relation => relation.Name).Where(_ => random.Next(8) == 0)];
        return new EntityDefinition
        {
            Entity = "thing",
            Root = new RootDefinition(Root, KeyDefinition.Of(Path("id")), Format: (DocumentFormat)random.Next(2)),
            Relations = relations,
            Emit = new EmitDefinition((EmitWhen)random.Next(2)) { Complete = [.. complete] },
            Output = new OutputDefinition("things-merged"),
        };
    }

    private ImmutableArray<RelationDefinition> Relations(int depth, bool mustNest)
    {
        var relations = ImmutableArray.CreateBuilder<RelationDefinition>();
        for (var rest = random.Next(4) == 0 ? 2 : 1; rest > 0; rest--)
        {
            relations.Add(Relation(depth > 0 && (mustNest || random.Next(2) == 0) ? Relations(depth - 1, mustNest) : []));
            mustNest = false;
        }

        return relations.ToImmutable();
    }

    private RelationDefinition Relation(ImmutableArray<RelationDefinition> nested)
    {
        var index = _count++;
        var topic = Topic();
        var (key, match) = Columns(random.Next(3) == 0 ? "id" : "v", random.Next(3) switch { 0 => "f0", 1 => "f1", _ => "a[]" });
        var (many, pick) = (random.Next(3) == 0, random.Next(4) > 0);
        var hasSet = !many && random.Next(3) > 0;
        var hasEmbed = many || !hasSet || random.Next(2) == 0;
        return new RelationDefinition
        {
            Name = $"r{index}",
            From = topic.Topic,
            Format = topic.Format,
            Key = key,
            Match = match,
            Many = many,
            Pick = pick && !many ? new PickDefinition((PickOrder)random.Next(3), Field(nested)) : null,
            Where = random.Next(4) == 0 ? [new WhereCondition(Field(nested), [Json("1"), random.Next(2) == 0 ? Json("null") : Json("2")])] : [],
            Order = many && random.Next(3) > 0 ? new OrderDefinition(Field(nested), (OrderDirection)random.Next(2)) : null,
            Limit = many && random.Next(2) == 0 ? random.Next(1, 4) : null,
            Set = hasSet ? [new FieldMapping($"s{index}", Field(nested), random.Next(3) == 0 ? Json("9") : null)] : [],
            Embed = hasEmbed ? new EmbedDefinition($"e{index}", random.Next(2) == 0 ? [] : [new FieldMapping("k", Path("id")), new FieldMapping("m", Field(nested), random.Next(3) == 0 ? Json("\"none\"") : null)]) : null,
            Missing = random.Next(8) switch
            {
                0 => new MissingRule(MissingAction.Drop, []),
                1 => new MissingRule(MissingAction.Reject, []),
                2 or 3 => SampleDefinitions.MissingSet((hasSet ? $"s{index}" : $"e{index}", hasSet ? "1" : "null")),
                _ => MissingRule.Omit,
            },
            Relations = nested,
        };
    }

    private (KeyDefinition Key, KeyDefinition Match) Columns(string key, string match) => random.Next(6) switch
    {
        0 => (KeyDefinition.Of(Path(key), Path("x")), KeyDefinition.Of(Path(match), Path("x"))),
        1 => (Computed($"{{{key}}}/{{x}}"), Computed($"{{{match}}}/{{x}}")),
        _ => (KeyDefinition.Of(Path(key)), KeyDefinition.Of(Path(match))),
    };

    private static KeyDefinition Computed(string template) => new([KeyColumn.TryParseTemplate(template, LetterCase.Upper)!]);

    // Two relations may follow one topic, at one level or at several.
    private (string Topic, DocumentFormat Format) Topic()
    {
        if (_topics.Count > 0 && random.Next(4) == 0) return _topics[random.Next(_topics.Count)];
        _topics.Add(($"rows{_topics.Count}", (DocumentFormat)random.Next(2)));
        return _topics[^1];
    }

    /// <summary>A number of the row, or what a relation of its own has set.</summary>
    private FieldPath Field(ImmutableArray<RelationDefinition> nested)
    {
        List<string> fields = ["n", "n", "x", .. nested.SelectMany(relation => relation.Set).Select(mapping => mapping.Target)];
        fields.AddRange(nested.Where(relation => relation.Embed is { Fields.Length: 0 } && !relation.Many).Select(relation => relation.Embed!.Target + ".n"));
        return Path(fields[random.Next(fields.Count)]);
    }

    private static ImmutableArray<byte> Json(string text) => [.. Encoding.UTF8.GetBytes(text)];

    private static FieldPath Path(string text) => SampleDefinitions.Path(text);
}
