namespace EntitySync.Core.ReadModels.Reads;

/// <summary>Lists rows, no more of them than an answer holds.</summary>
public static class RowLists
{
    /// <summary>Bytes of rows in one answer, about: in base64 it stays below the 6 MB that a function may answer.</summary>
    public const int LargestAnswer = 4_000_000;

    private const int BytesAroundARow = 32;

    /// <summary>As <see cref="IReadModelTable.ListAsync"/>; a page that is too large is read again with as many rows as fit, so that its token fits them.</summary>
    public static async Task<RowPage> ListAsync(IReadModelTable table, ReadModelVersionId version, RowQuery query, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await table.ListAsync(version, query, cancellationToken);
            var fitting = Fitting(page.Rows);
            if (fitting >= page.Rows.Count) return page;
            query = query with { Limit = fitting };
        }
    }

    private static int Fitting(IReadOnlyList<ListedRow> rows)
    {
        var bytes = 0L;
        for (var i = 0; i < rows.Count; i++)
        {
            bytes += rows[i].Document.Length + (3L * rows[i].Key.Length) + BytesAroundARow;
            if (bytes > LargestAnswer) return Math.Max(i, 1);
        }

        return rows.Count;
    }
}
