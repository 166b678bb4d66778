using Amazon.Lambda.Serialization.SystemTextJson;

namespace EntitySync.Functions;

/// <summary>
/// The serializer of functions that read DynamoDB streams. A row may be nested 32 levels, each of which takes two in DynamoDB's JSON: beyond the
/// default's 64, and then one deep row would keep its whole shard from being read.
/// </summary>
public sealed class DeepJsonSerializer() : DefaultLambdaJsonSerializer(options => options.MaxDepth = MaximumDepth)
{
    internal const int MaximumDepth = 128;
}
