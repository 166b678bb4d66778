using System.Globalization;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;

namespace EntitySync.Adapters.Solr;

/// <summary>
/// The form that is posted to <c>/select</c>. Keys are data of their own parameter: the filter says <c>v=$relatedKeys</c>, and Solr's terms parser
/// splits that parameter at a separator that no key contains, without looking at any other character in it.
/// </summary>
internal static class SolrQuery
{
    /// <summary>Solr takes a form of up to 2 MiB unless configured otherwise (<c>formdataUploadLimitInKB</c>).</summary>
    private const int MaximumKeysLength = 1_000_000;

    public static IReadOnlyList<KeyValuePair<string, string>> Form(SolrIdSourceDefinition source, IdQuery query, string cursor, int pageSize)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("q", "*:*"),
            new("sort", source.Key + " asc"),
            new("fl", source.Key),
            new("rows", pageSize.ToString(CultureInfo.InvariantCulture)),
            new("cursorMark", cursor),
            new("wt", "json"),
            new("echoParams", "none"),
            // An answer without some shard's documents would lose their ids.
            new("shards.tolerant", "false"),
            .. query.Filters.Select(filter => new KeyValuePair<string, string>("fq", filter)),
        ];
        if (query.Related is not { } related) return form;
        var separator = Separator(related);
        form.Add(new("fq", "{!terms f=$relatedField separator=$relatedSeparator v=$relatedKeys}"));
        form.Add(new("relatedField", Field(source, related.Relation)));
        form.Add(new("relatedSeparator", separator));
        form.Add(new("relatedKeys", string.Join(separator, related.Keys)));
        return form;
    }

    private static string Field(SolrIdSourceDefinition source, string relation) => source.Match.TryGetValue(relation, out var field)
        ? field
        : throw new InvalidRequestException($"The replay's id source has no Solr field for relation '{relation}'; name it under replay.ids.solr.match.");

    /// <summary>A control character where possible, else one of the private use area. Never a blank, which the parser treats in its own way.</summary>
    private static string Separator(RelatedKeys related)
    {
        if (related.Keys.Sum(key => key.Length + 1) > MaximumKeysLength) throw new InvalidRequestException($"The keys of relation '{related.Relation}' are over {MaximumKeysLength} characters together.");
        if (related.Keys.Any(key => key.Length == 0)) throw new InvalidRequestException($"A key of relation '{related.Relation}' is empty.");
        var used = related.Keys.SelectMany(key => key).ToHashSet();
        var candidates = Enumerable.Range(0x1c, 4).Reverse().Concat(Enumerable.Range(0xe000, 0x1900)).Select(code => (char)code);
        var free = candidates.FirstOrDefault(candidate => !used.Contains(candidate));
        return free != default ? free.ToString() : throw new InvalidRequestException($"The keys of relation '{related.Relation}' leave no character to separate them.");
    }
}
