using System.Text;
using EntitySync.Core.Errors;
using EntitySync.Core.State;

namespace EntitySync.Core.ReadModels;

/// <summary>
/// Writes rows to the read model's own output: the document under the row's key, a tombstone for a row that is deleted. Afterwards each row is read again, and written again when it went on
/// meanwhile: whoever writes a row's last record has seen its last revision.
/// </summary>
internal sealed class RowOutputs(IReadModelTable table, ITopicWriter writer, string topic) : IWrittenRows
{
    // Each time means that another one's write went through.
    private const int Attempts = 100;

    public async Task TellAsync(RowRun run, IReadOnlyList<RowWork> rows, CancellationToken cancellationToken)
    {
        var told = rows.Where(row => row is { IsFailed: false, Row: not null }).ToList();
        for (var attempt = 0; told.Count > 0; attempt++)
        {
            if (attempt == Attempts) throw new TransientException($"{told.Count} rows of {run.Version} were changed by others {Attempts} times while they were written to '{topic}'.");
            var results = await writer.WriteAsync(told.ConvertAll(row => RecordOf(row.Row!)), cancellationToken);
            told = Settle(run, told, results);
            told = await NewerAsync(run, told, cancellationToken);
        }
    }

    private OutgoingRecord RecordOf(ReadModelRow row) => new() { Topic = topic, Key = Encoding.UTF8.GetBytes(row.Key), Value = row.Document };

    private List<RowWork> Settle(RowRun run, List<RowWork> told, IReadOnlyList<WriteResult> results)
    {
        var written = new List<RowWork>(told.Count);
        for (var i = 0; i < told.Count; i++)
        {
            if (results[i].Outcome == WriteOutcome.Written) written.Add(told[i]);
            else if (results[i].Outcome == WriteOutcome.Failed) told[i].IsFailed = true;
            else told[i].Reject(run.Events[run.Events.FirstOf(told[i].Index)].Reference, $"row '{told[i].Key}' cannot be written to '{topic}': {results[i].Reason}");
        }

        return written;
    }

    private async Task<List<RowWork>> NewerAsync(RowRun run, List<RowWork> told, CancellationToken cancellationToken)
    {
        if (told.Count == 0) return told;
        var newer = new List<RowWork>();
        var held = await table.ReadAsync(run.Version, told.ConvertAll(row => row.Key), cancellationToken);
        for (var i = 0; i < told.Count; i++)
        {
            if (held[i] is not { } now || now.Revision == told[i].Row!.Revision) continue; // a deleted row may be forgotten
            told[i].Row = now;
            newer.Add(told[i]);
        }

        return newer;
    }
}
