using System.Collections.Immutable;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using static EntitySync.Adapters.DynamoDb.ReadModelAttributes;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Makes and removes the tables of versions, <c>prod-read-model-orders-search-v3</c>: on demand, encrypted, with TTL and an index for each one declared. What is there already is taken as it is.</summary>
/// <param name="client">Its retries do no harm.</param>
/// <param name="prefix">What stands before name and version, e.g. <c>prod-read-model-</c>.</param>
public sealed class DynamoDbReadModelTables(IAmazonDynamoDB client, string prefix) : IReadModelTables
{
    /// <summary>Physical name of a version's table.</summary>
    public static string NameOf(string prefix, ReadModelVersionId version) => $"{prefix}{version.ReadModel}-v{version.Number}";

    public async Task<bool> EnsureAsync(ReadModelVersionId version, ImmutableArray<ReadModelIndex> indexes, CancellationToken cancellationToken)
    {
        var table = NameOf(prefix, version);
        if (await DescribeAsync(table, cancellationToken) is not { } description)
        {
            await CreateAsync(table, indexes, cancellationToken);
            return await DescribeAsync(table, cancellationToken) is { } made && await CompleteAsync(made, cancellationToken);
        }

        if (description.TableStatus == TableStatus.DELETING) return false;
        var declared = indexes.Select(index => index.Name).Order(StringComparer.Ordinal).ToList();
        var present = (description.GlobalSecondaryIndexes ?? []).Select(index => index.IndexName).Order(StringComparer.Ordinal).ToList();
        if (!declared.SequenceEqual(present, StringComparer.Ordinal))
        {
            throw new InvalidRequestException(
                $"Table '{table}' is there already, with other indexes ({string.Join(", ", present)}) than {version} declares ({string.Join(", ", declared)}): somebody else made it. Remove it, then start again.");
        }

        return await CompleteAsync(description, cancellationToken);
    }

    public async Task DeleteAsync(ReadModelVersionId version, CancellationToken cancellationToken)
    {
        var table = NameOf(prefix, version);
        try
        {
            await DynamoDbErrors.CallAsync("DeleteTable", table, () => client.DeleteTableAsync(new DeleteTableRequest(table), cancellationToken), cancellationToken);
        }
        catch (InvalidRequestException exception) when (exception.InnerException is ResourceNotFoundException)
        {
            // Removed before.
        }
        catch (InvalidRequestException exception) when (exception.InnerException is ResourceInUseException)
        {
            // Being made, changed or removed at this moment.
            if (await DescribeAsync(table, cancellationToken) is not { } description || description.TableStatus == TableStatus.DELETING) return;
            throw new TransientException(exception.Message, exception);
        }
    }

    private async Task<TableDescription?> DescribeAsync(string table, CancellationToken cancellationToken)
    {
        try
        {
            return (await DynamoDbErrors.CallAsync("DescribeTable", table, () => client.DescribeTableAsync(table, cancellationToken), cancellationToken)).Table;
        }
        catch (InvalidRequestException exception) when (exception.InnerException is ResourceNotFoundException)
        {
            return null;
        }
    }

    private async Task CreateAsync(string table, ImmutableArray<ReadModelIndex> indexes, CancellationToken cancellationToken)
    {
        try
        {
            await DynamoDbErrors.CallAsync("CreateTable", table, () => client.CreateTableAsync(Request(table, indexes), cancellationToken), cancellationToken);
        }
        catch (InvalidRequestException exception) when (exception.InnerException is ResourceInUseException)
        {
            // Another one was first.
        }
    }

    /// <returns>False while the table or one of its indexes is being made.</returns>
    private async Task<bool> CompleteAsync(TableDescription description, CancellationToken cancellationToken)
    {
        var (table, indexes) = (description.TableName, description.GlobalSecondaryIndexes ?? []);
        if (description.TableStatus != TableStatus.ACTIVE || indexes.Any(index => index.IndexStatus != IndexStatus.ACTIVE)) return false;
        var found = await DynamoDbErrors.CallAsync("DescribeTimeToLive", table, () => client.DescribeTimeToLiveAsync(new DescribeTimeToLiveRequest { TableName = table }, cancellationToken), cancellationToken);
        var status = found.TimeToLiveDescription?.TimeToLiveStatus;
        if (status == TimeToLiveStatus.ENABLED || status == TimeToLiveStatus.ENABLING) return true;
        var request = new UpdateTimeToLiveRequest { TableName = table, TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = ExpiresAt, Enabled = true } };
        try
        {
            await DynamoDbErrors.CallAsync("UpdateTimeToLive", table, () => client.UpdateTimeToLiveAsync(request, cancellationToken), cancellationToken);
        }
        catch (InvalidRequestException exception) when (exception.InnerException is ResourceInUseException || exception.Message.Contains("already enabled", StringComparison.OrdinalIgnoreCase))
        {
            // Another one does it at this moment.
        }

        return true;
    }

    private static CreateTableRequest Request(string table, ImmutableArray<ReadModelIndex> indexes) => new()
    {
        TableName = table,
        BillingMode = BillingMode.PAY_PER_REQUEST,
        AttributeDefinitions =
        [
            new AttributeDefinition(RowKey, ScalarAttributeType.S),
            .. indexes.SelectMany(index => new[]
            {
                new AttributeDefinition(IndexKey(index.Name), ScalarAttributeType.S),
                new AttributeDefinition(IndexSort(index.Name), SortsNumbers(index) ? ScalarAttributeType.N : ScalarAttributeType.S),
            }),
        ],
        KeySchema = [new KeySchemaElement(RowKey, KeyType.HASH)],
        GlobalSecondaryIndexes = indexes.IsEmpty ? null : [.. indexes.Select(Index)],
        SSESpecification = new SSESpecification { Enabled = true },
    };

    private static GlobalSecondaryIndex Index(ReadModelIndex index) => new()
    {
        IndexName = index.Name,
        KeySchema = [new KeySchemaElement(IndexKey(index.Name), KeyType.HASH), new KeySchemaElement(IndexSort(index.Name), KeyType.RANGE)],
        Projection = new Projection { ProjectionType = ProjectionType.INCLUDE, NonKeyAttributes = [Document, Revision] },
    };
}
