using System.Text;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;

namespace EntitySync.Tests.ReferenceTables;

/// <summary>Rows in memory, kept as DynamoDB attributes so that JSON goes both ways as in production. A test can step in before a write or fail a call.</summary>
internal sealed class FakeReferenceRowStore : IReferenceRowStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Table, string Key), Dictionary<string, AttributeValue>> _items = [];
    private int _writesAtOnce;

    /// <summary>Runs before each write looks at the row: key of the row.</summary>
    public Func<string, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before each read: key of the row.</summary>
    public Func<string, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    public int MostWritesAtOnce { get; private set; }

    public List<string> Log { get; } = [];

    public void PutByHand(string table, string key, string json, AttributeValue? version = null)
    {
        var item = JsonAttributes.Read(Encoding.UTF8.GetBytes(json)).Item!;
        item["name"] = new AttributeValue { S = key };
        if (version is not null) item[RelatedRow.VersionAttribute] = version;
        lock (_lock) _items[(table, key)] = item;
    }

    public string? Json(string table, string key)
    {
        lock (_lock) return _items.TryGetValue((table, key), out var item) ? Encoding.UTF8.GetString(AttributeJson.ToJson(item, ReferenceItems.VersionOf(item))) : null;
    }

    public async Task<RelatedRow?> ReadAsync(ReferenceTable table, string key, CancellationToken cancellationToken)
    {
        await BeforeRead(key);
        lock (_lock) return _items.TryGetValue((table.Name, key), out var item) ? ReferenceItems.ToRow(table.Name, key, item) : null;
    }

    public async Task<RowMark?> ReadMarkAsync(ReferenceTable table, string key, CancellationToken cancellationToken)
    {
        await BeforeRead(key);
        return Mark(table, key);
    }

    public async Task<StoreResult> PutAsync(ReferenceTable table, string key, ReadOnlyMemory<byte> json, long version, RowMark? expected, CancellationToken cancellationToken)
    {
        var (item, error) = JsonAttributes.Read(json.Span);
        if (item is null) return new StoreResult(StoreOutcome.Refused, error);
        item[table.KeyField] = new AttributeValue { S = key };
        item[RelatedRow.VersionAttribute] = new AttributeValue { N = version.ToString() };
        return await WriteAsync(table, key, expected, () => _items[(table.Name, key)] = item, cancellationToken);
    }

    public Task<StoreResult> DeleteAsync(ReferenceTable table, string key, RowMark expected, CancellationToken cancellationToken) =>
        WriteAsync(table, key, expected, () => _items.Remove((table.Name, key)), cancellationToken);

    private async Task<StoreResult> WriteAsync(ReferenceTable table, string key, RowMark? expected, Action write, CancellationToken cancellationToken)
    {
        lock (_lock) MostWritesAtOnce = Math.Max(MostWritesAtOnce, ++_writesAtOnce);
        try
        {
            await BeforeWrite(key);
            cancellationToken.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (Mark(table, key) != expected) return new StoreResult(StoreOutcome.Raced);
                write();
                Log.Add(key);
                return new StoreResult(StoreOutcome.Done);
            }
        }
        finally
        {
            lock (_lock) _writesAtOnce--;
        }
    }

    private RowMark? Mark(ReferenceTable table, string key)
    {
        lock (_lock)
        {
            if (!_items.TryGetValue((table.Name, key), out var item)) return null;
            var raw = item.GetValueOrDefault(RelatedRow.VersionAttribute);
            return new RowMark(ReferenceItems.VersionOf(item), raw is null ? null : raw.N is null ? "S" + raw.S : "N" + raw.N);
        }
    }
}
