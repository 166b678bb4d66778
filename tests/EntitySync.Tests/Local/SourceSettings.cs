using EntitySync.Local.Template;

namespace EntitySync.Tests.Local;

internal static class SourceSettings
{
    public static BatchSettings Batch(int? retries = 3, bool bisect = true) => new(
        "source", "SampleFunction", BatchSize: 100, TimeSpan.Zero, ReportBatchItemFailures: true, bisect, retries, MaximumRecordAge: TimeSpan.FromHours(1));
}
