namespace EntitySync.Local.Solr;

/// <summary>A request that Solr answers with 400 and this message.</summary>
public sealed class SolrBadRequestException(string message) : Exception(message);
