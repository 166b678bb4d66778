using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>
/// What one would write without caring for speed, but not clumsily: dictionaries, one parse and one serialisation of an item,
/// a hash of the last output so that a class that does not win causes none. A changed class is a loop over its items.
/// </summary>
internal sealed class NaiveContender(ChecksumSink sink) : IJoinContender
{
    private sealed record Item(byte[] Document, string[] Classes)
    {
        public int LastOutput { get; set; }
    }

    private readonly Dictionary<string, JsonObject> _classes = [];
    private readonly Dictionary<string, Item> _items = [];
    private readonly Dictionary<string, HashSet<string>> _members = [];
    private readonly Queue<string> _changed = new();

    public string Name => "naive (dictionary, JsonNode)";

    public bool HasFanout => _changed.Count > 0;

    public long NativeBytes => 0;

    public void RestoreClass(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> row) => _classes[Text(key)] = Parse(row.Span);

    public void CompleteClasses()
    {
    }

    public void RestoreItem(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> document) => Keep(Text(key), document, Parse(document.Span));

    public void CompleteRestore()
    {
    }

    public void Update(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? document)
    {
        var sku = Text(key);
        if (document is { } json)
        {
            var root = Parse(json.Span);
            if (root["sku"]!.GetValue<string>() != sku) throw new InvalidOperationException("key differs");
            var item = Keep(sku, json, root);
            Emit(sku, item, Join(root, item), always: true);
            return;
        }

        Forget(sku);
        _items.Remove(sku);
        sink.Add(key.Span, default, isTombstone: true);
    }

    public void ChangeClass(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? row)
    {
        if (row is { } json) _classes[Text(key)] = Parse(json.Span);
        else _classes.Remove(Text(key));
        _changed.Enqueue(Text(key));
    }

    public void Fanout(int entities)
    {
        if (!_changed.TryDequeue(out var name) || !_members.TryGetValue(name, out var members)) return;
        foreach (var sku in members)
        {
            var item = _items[sku];
            Emit(sku, item, Join(Parse(item.Document), item), always: false);
        }
    }

    public void Commit()
    {
    }

    public void Dispose()
    {
    }

    private Item Keep(string sku, ReadOnlyMemory<byte> document, JsonObject root)
    {
        Forget(sku);
        var item = new Item(document.ToArray(), [.. root["deliveryClasses"]!.AsArray().Select(name => name!.GetValue<string>())]);
        foreach (var name in item.Classes)
        {
            if (!_members.TryGetValue(name, out var members)) members = _members[name] = [];
            members.Add(sku);
        }

        return _items[sku] = item;
    }

    private void Forget(string sku)
    {
        if (!_items.TryGetValue(sku, out var item)) return;
        foreach (var name in item.Classes) _members[name].Remove(sku);
    }

    private byte[] Join(JsonObject root, Item item)
    {
        JsonObject? best = null;
        foreach (var name in item.Classes)
        {
            if (_classes.TryGetValue(name, out var row) && (best is null || row["minimumTime"]!.GetValue<decimal>() < best["minimumTime"]!.GetValue<decimal>())) best = row;
        }

        root["minimumDeliveryTime"] = best?["minimumTime"]?.DeepClone();
        root["maximumDeliveryTime"] = best?["maximumTime"]?.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private void Emit(string sku, Item item, byte[] output, bool always)
    {
        var hash = default(HashCode);
        hash.AddBytes(output);
        var code = hash.ToHashCode();
        if (!always && code == item.LastOutput) return;
        item.LastOutput = code;
        sink.Add(Encoding.UTF8.GetBytes(sku), output, isTombstone: false);
    }

    private static JsonObject Parse(ReadOnlySpan<byte> json) => JsonNode.Parse(json)!.AsObject();

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
