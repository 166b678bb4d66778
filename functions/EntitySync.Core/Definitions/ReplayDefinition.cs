using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>How a replay of the entity finds the ids it pages out.</summary>
/// <param name="Ids">The id source.</param>
/// <param name="Filter">Filter in the id source's own query language that every replay of this entity uses, e.g. <c>online:true</c>.</param>
/// <param name="PageSize">Ids a page.</param>
/// <param name="RatePerSecond">Default upper bound of replay records a second over all slices; null for none.</param>
public sealed record ReplayDefinition(IdSourceDefinition Ids, string? Filter = null, int PageSize = 1000, int? RatePerSecond = null);

public abstract record IdSourceDefinition;

/// <summary>Solr collection paged with <c>cursorMark</c>.</summary>
/// <param name="Collection">Collection (core) name below <c>SOLR_URL</c>.</param>
/// <param name="Key">The collection's unique key field, which is the entity's key and the sort.</param>
/// <param name="Match">Relation name to the Solr field that holds the relation's keys.</param>
public sealed record SolrIdSourceDefinition(string Collection, string Key, ImmutableSortedDictionary<string, string> Match) : IdSourceDefinition;

/// <summary>DynamoDB table that holds one item an entity.</summary>
/// <param name="Table">Logical table name (without the deployment's prefix).</param>
/// <param name="Key">Attribute that holds the entity's key.</param>
/// <param name="Indexes">Relation name to the index whose partition key holds the relation's key: a change of related rows queries it. Without one the replay scans.</param>
/// <param name="Segments">Segments (slices) of a scan.</param>
public sealed record DynamoDbIdSourceDefinition(string Table, string Key, ImmutableSortedDictionary<string, DynamoDbIndexDefinition> Indexes, int Segments = 4) : IdSourceDefinition;

public sealed record DynamoDbIndexDefinition(string Index, string Attribute);
