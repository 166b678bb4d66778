using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReferenceTables;

/// <summary>What became of one line of a bulk request; the status is the one a single PUT would have had.</summary>
public sealed record BulkLineResult(int Line, string? Key, long? Version, int Status, string? Error)
{
    public bool IsSuccess => Error is null;

    public string ToJson(JsonSerializerOptions options)
    {
        var json = new JsonObject { ["line"] = Line };
        if (Key is not null) json["key"] = Key;
        if (Version is not null) json["version"] = Version;
        json["status"] = Status;
        if (Error is not null) json["error"] = Error;
        return json.ToJsonString(options);
    }
}

/// <summary>A line of a bulk request that is not empty.</summary>
/// <param name="Number">Its place in the body, from 1.</param>
public readonly record struct BulkLine(int Number, ReadOnlyMemory<byte> Json);

/// <summary>
/// Writes many rows, each on its own: a line that fails stops no other. Lines of one key are written in their order, different keys at the same time.
/// Lines for which no time is left are answered with 503 and were not written.
/// </summary>
public sealed class ReferenceBulk(ReferenceRows rows, ILogger<ReferenceBulk> log)
{
    /// <summary>Bound of a body. A Lambda event holds 6 MB, and a body in base64 takes a third more of it.</summary>
    public const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>Bound of the answer, which has a result for each line.</summary>
    public const int MaximumLines = 10_000;

    private const int Concurrency = 8;
    private static readonly TimeSpan TimeForOneWrite = TimeSpan.FromSeconds(3);

    /// <returns>The lines that are not empty; null when there are more than <see cref="MaximumLines"/>.</returns>
    public static IReadOnlyList<BulkLine>? Lines(ReadOnlyMemory<byte> body)
    {
        var lines = new List<BulkLine>();
        var number = 0;
        foreach (var range in body.Span.Split((byte)'\n'))
        {
            number++;
            var line = body[range].Trim(" \t\r"u8);
            if (line.IsEmpty) continue;
            if (lines.Count == MaximumLines) return null;
            lines.Add(new BulkLine(number, line));
        }

        return lines;
    }

    /// <returns>One result a line, in their order.</returns>
    public async Task<IReadOnlyList<BulkLineResult>> WriteAsync(ReferenceTable table, IReadOnlyList<BulkLine> lines, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        var results = new BulkLineResult[lines.Count];
        var byKey = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var index = 0; index < lines.Count; index++)
        {
            var (key, error) = RowBody.Check(table, null, lines[index].Json.Span);
            if (key is null) results[index] = new BulkLineResult(lines[index].Number, null, null, 400, error);
            else if (byKey.TryGetValue(key, out var earlier)) earlier.Add(index);
            else byKey[key] = [index];
        }

        // No token here: every line has its result, also those that are too late.
        await Parallel.ForEachAsync(byKey, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (entry, _) =>
        {
            foreach (var index in entry.Value) results[index] = await WriteLineAsync(table, entry.Key, lines[index], remaining, cancellationToken);
        });
        return results;
    }

    private async ValueTask<BulkLineResult> WriteLineAsync(ReferenceTable table, string key, BulkLine line, Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        if (remaining() < TimeForOneWrite) return Failed(503, "Not written: no time was left. Send this line again.");
        try
        {
            var write = await rows.PutAsync(table, key, line.Json, RowCondition.None, cancellationToken);
            return write.Outcome == RowWriteOutcome.Refused
                ? Failed(400, write.Reason!)
                : new BulkLineResult(line.Number, key, write.Version, write.Outcome == RowWriteOutcome.Created ? 201 : 200, null);
        }
        catch (Exception exception) when (exception is TransientException or ConflictException || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            log.LogWarning(exception, "Line {Line} of {Table} failed for now", line.Number, table.Name);
            return Failed(503, "Perhaps not written: the reference table cannot be reached for now or is busy. Send this line again.");
        }
        catch (InvalidRequestException exception)
        {
            log.LogError(exception, "Line {Line} of {Table} cannot be written", line.Number, table.Name);
            return Failed(500, "Not written: the reference table cannot be used as it is; see the function's log.");
        }

        BulkLineResult Failed(int status, string error) => new(line.Number, key, null, status, error);
    }
}
