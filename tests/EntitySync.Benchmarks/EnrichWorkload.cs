using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Testing;

namespace EntitySync.Benchmarks;

/// <summary>Items of about 300 bytes with two classes of fifty, made from a seed; and the ways to enrich them.</summary>
public sealed class EnrichWorkload
{
    public const int ChunkSize = 500;
    private const int Classes = 50;

    private readonly Dictionary<string, JsonObject> _rowsByName;
    private readonly Enricher _enricher = Enricher.Compile(SampleDefinitions.Item());
    private readonly EnrichmentBuffer _buffer = new();
    private readonly RootScan[] _scans = new RootScan[ChunkSize];
    private readonly Invocation _invocation;
    private readonly RowTable _table;
    private int _next;

    public EnrichWorkload(int items, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Classes; i++) Tables.Put("delivery-classes", ClassName(i), $$"""{"name":"{{ClassName(i)}}","minimumTime":{{random.Next(1, 30)}},"maximumTime":{{random.Next(30, 60)}}}""");
        Keys = [.. Enumerable.Range(0, items).Select(i => Encoding.UTF8.GetBytes(Sku(i)))];
        Roots = [.. Enumerable.Range(0, items).Select(i => Root(i, random))];
        _rowsByName = Enumerable.Range(0, Classes).ToDictionary(ClassName, i => (JsonObject)JsonNode.Parse(Tables.Find("delivery-classes", ClassName(i))!.Json.Span)!);
        var cache = new RowCache(Tables, TimeProvider.System);
        _invocation = cache.Begin();
        _table = cache.Table("delivery-classes");
        _table.LoadAsync([.. Enumerable.Range(0, Classes).Select(i => Encoding.UTF8.GetBytes(ClassName(i)))], _invocation, CancellationToken.None).GetAwaiter().GetResult();
    }

    public InMemoryReferenceTables Tables { get; } = new();

    public byte[][] Keys { get; }

    public byte[][] Roots { get; }

    public double AverageBytes => Roots.Average(root => root.Length);

    /// <summary>The next chunk through scan, cached rows and splice, as a batch does it.</summary>
    /// <returns>Items enriched.</returns>
    public int EnrichChunk()
    {
        _buffer.Clear();
        var first = TakeChunk();
        for (var i = 0; i < ChunkSize; i++) Scan(first + i, i);
        for (var i = 0; i < ChunkSize; i++)
        {
            if (_enricher.Splice(Keys[first + i], Roots[first + i], _scans[i], _buffer).Kind != EnrichmentKind.Emitted) throw new InvalidOperationException("not emitted");
        }

        return ChunkSize;
    }

    /// <summary>A part of the work only, to see where the time goes: every token read, nothing done with it.</summary>
    public int ReaderChunk()
    {
        var first = TakeChunk();
        for (var i = 0; i < ChunkSize; i++)
        {
            var reader = new Utf8JsonReader(Roots[first + i]);
            while (reader.Read())
            {
            }
        }

        return ChunkSize;
    }

    /// <summary>A part of the work only: stage 1, with or without looking the rows up.</summary>
    public int ScanChunk(bool findRows)
    {
        _buffer.Clear();
        var first = TakeChunk();
        for (var i = 0; i < ChunkSize; i++) Scan(first + i, i, findRows);
        return ChunkSize;
    }

    /// <summary>The next chunk the naive way.</summary>
    /// <returns>Items enriched.</returns>
    public int NaiveChunk()
    {
        var first = TakeChunk();
        for (var i = 0; i < ChunkSize; i++) Naive(Roots[first + i], Keys[first + i]);
        return ChunkSize;
    }

    /// <summary>Throws unless both ways give the same document for every item.</summary>
    public void Verify()
    {
        for (var i = 0; i < Roots.Length; i++)
        {
            _buffer.Clear();
            Scan(i, 0);
            _enricher.Splice(Keys[i], Roots[i], _scans[0], _buffer);
            var spliced = JsonNode.Parse(_buffer.OutputSlice(0, _buffer.OutputLength).Span);
            if (!JsonNode.DeepEquals(spliced, JsonNode.Parse(Naive(Roots[i], Keys[i])))) throw new InvalidOperationException($"Item {i} differs: {spliced}");
        }
    }

    private static string Sku(int i) => $"SKU-{i:D8}";

    private static string ClassName(int i) => $"class-{i:D2}";

    private static byte[] Root(int i, Random random) => Encoding.UTF8.GetBytes(string.Concat(
        $$"""{"sku":"{{Sku(i)}}","name":"Garden chair number {{i}}","online":{{(random.Next(2) == 0 ? "true" : "false")}},""",
        $$""" "price":{"amount":{{random.Next(100)}}.{{random.Next(10, 99)}},"currency":"EUR"},""".TrimStart(),
        $$""" "size":{"width":{{random.Next(500)}},"height":{{random.Next(500)}},"depth":{{random.Next(500)}},"unit":"mm"},""".TrimStart(),
        $$""" "deliveryClasses":["{{ClassName(random.Next(Classes))}}","{{ClassName(random.Next(Classes))}}"],""".TrimStart(),
        $$""" "supplier":"Möbelwerk {{random.Next(1000)}}","tags":["outdoor","wood"],"updatedAt":"2026-01-{{random.Next(1, 28):D2}}T10:00:00Z"}""".TrimStart()));

    private int TakeChunk()
    {
        if (_next + ChunkSize > Roots.Length) _next = 0;
        _next += ChunkSize;
        return _next - ChunkSize;
    }

    private void Scan(int item, int slot, bool findRows = true)
    {
        var outcome = _enricher.Scan(Keys[item], Roots[item], _buffer, out var scan);
        if (outcome.Kind != EnrichmentKind.NeedsRows) throw new InvalidOperationException(outcome.Reason);
        for (var i = 0; findRows && i < scan.KeyCount; i++)
        {
            var key = _buffer.KeyAt(scan, i, Roots[item], out var relation);
            _buffer.SetRow(scan, i, _table.Find(key, _invocation, null)!.For(_enricher.Relations[relation]));
        }

        _scans[slot] = scan;
    }

    // What one would write without caring for speed, but not clumsily: one parse, dictionary look-ups, one serialisation.
    private byte[] Naive(byte[] json, byte[] key)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        if (root["sku"]!.GetValue<string>() != Encoding.UTF8.GetString(key)) throw new InvalidOperationException("key differs");
        JsonObject? best = null;
        foreach (var name in root["deliveryClasses"]!.AsArray())
        {
            if (!_rowsByName.TryGetValue(name!.GetValue<string>(), out var row) || row["minimumTime"] is null) continue;
            var order = best is null ? -1 : row["minimumTime"]!.GetValue<decimal>().CompareTo(best["minimumTime"]!.GetValue<decimal>());
            if (order < 0 || (order == 0 && string.CompareOrdinal(row["name"]!.GetValue<string>(), best!["name"]!.GetValue<string>()) < 0)) best = row;
        }

        root["minimumDeliveryTime"] = best?["minimumTime"]?.DeepClone();
        root["maximumDeliveryTime"] = best?["maximumTime"]?.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }
}
