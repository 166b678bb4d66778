using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Hooks;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

/// <summary>Takes one document through both stages of an enricher.</summary>
internal static class OneDocument
{
    public static (EnrichmentOutcome Outcome, string? Output) Enrich(EntityDefinition definition, string key, string root, InMemoryReferenceTables tables, EnrichmentLimits? limits = null, IEntityHook? hook = null)
    {
        var (outcome, output) = Enrich(definition, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(root), tables, limits, hook);
        return (outcome, output is null ? null : Encoding.UTF8.GetString(output));
    }

    public static (EnrichmentOutcome Outcome, byte[]? Output) Enrich(EntityDefinition definition, byte[] key, byte[] root, InMemoryReferenceTables tables, EnrichmentLimits? limits = null, IEntityHook? hook = null)
    {
        var enricher = Enricher.Compile(definition, limits, hook is null ? null : _ => hook);
        var buffer = new EnrichmentBuffer();
        var outcome = enricher.Scan(key, root, buffer, out var scan);
        if (outcome.Kind == EnrichmentKind.Rejected) return (outcome, null);
        for (var i = 0; i < scan.KeyCount; i++)
        {
            var relation = enricher.Relations[RelationAt(buffer, scan, i, root, out var rowKey)];
            if (tables.Find(relation.Table, rowKey) is { } row) buffer.SetRow(scan, i, PreparedRow.Prepare(relation, row));
        }

        outcome = enricher.Splice(key, root, scan, buffer);
        return (outcome, outcome.Kind == EnrichmentKind.Emitted ? buffer.OutputSlice(0, buffer.OutputLength).ToArray() : null);
    }

    /// <summary>The output; fails when there is none.</summary>
    public static string Emit(EntityDefinition definition, string key, string root, InMemoryReferenceTables tables)
    {
        var (outcome, output) = Enrich(definition, key, root, tables);
        outcome.ShouldBe(EnrichmentOutcome.Emitted);
        return output!;
    }

    private static int RelationAt(EnrichmentBuffer buffer, in RootScan scan, int index, byte[] root, out string key)
    {
        key = Encoding.UTF8.GetString(buffer.KeyAt(scan, index, root, out var relation));
        return relation;
    }
}
