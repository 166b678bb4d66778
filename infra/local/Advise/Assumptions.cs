using EntitySync.Adapters;
using EntitySync.Core.Replay;
using EntitySync.JoinHost;

namespace EntitySync.Local.Advise;

/// <summary>What formulas use and no benchmark measures: settings of the product (a test compares them with the template), limits of AWS, and guesses.</summary>
internal static class Assumptions
{
    // ---- Settings -----------------------------------------------------------------------------------------------------
    public const int EnrichBatch = 500;
    public const int EnrichWindowSeconds = 1;
    public const int TriggerWindowSeconds = 5;
    public const int PublishWindowSeconds = 1;
    public const int FunctionMegabytes = 1024;
    public const int EnrichPollers = 4;            // at most
    public const int PublishPagesTimeoutSeconds = 840;
    public const int IdsPerPage = 1000;
    public static readonly double CommitSeconds = new JoinHostOptions().CommitInterval.TotalSeconds;
    public static readonly double PublishPagesSeconds = PublishPagesTimeoutSeconds - new ReplayOptions().Margin.TotalSeconds;
    public static readonly int BroadcastMegabytes = new EntitySyncSettings().JoinBroadcastMegabytes;

    // ---- AWS: limits and units ----------------------------------------------------------------------------------------
    public const double HoursPerMonth = 730;
    public const double SecondsPerMonth = HoursPerMonth * 3600;
    public const double DaysPerMonth = HoursPerMonth / 24;
    public const double PollerMegabytes = 5;       // a second
    public const double InvocationBytes = 6_000_000;
    public const double MegabytesPerCore = 1769;   // of a function's memory
    public const double ReadUnitBytes = 4096;
    public const double WriteUnitBytes = 1024;
    public const int RowsPerBatchGet = 100;
    public const double Gibibyte = 1024d * 1024 * 1024;
    public const int GigabytesPerContainer = 8;    // the most that Fargate gives to 1 vCPU
    public const int LeastGigabytes = 2;           // and the least

    // ---- The state machine: states entered, and a start for each execution -----------------------------------------------
    public const int TransitionsPerReplay = 9;
    public const int TransitionsPerPublishInvocation = 2;
    public const int WriteUnitsPerReplay = 12;     // created in a transaction of three items, claimed, let go, finished
    public const int WriteUnitsPerPage = 4;        // checkpoint and progress in one transaction

    // ---- Guesses ------------------------------------------------------------------------------------------------------
    public const int DefaultPartitions = 12;
    public const int DefaultThreads = 2;
    public const int LeastContainers = 2;          // one may be lost
    public const int MostContainers = 1000;
    public const double DefaultIdsPerSecond = 5_000;
    public const double DefaultBrokerMegabytes = 50;
    public const double HeadRoom = 1.25;           // of memory
    public const double BaseBytes = 512d * 1024 * 1024;
    public const double BusyShare = 0.5;           // of a container's rate that live updates may take
    public const double MillisecondsPerInvocation = 30;
    public const double ReplayStartSeconds = 3;    // stream, start of the execution, plan
    public const double StreamSeconds = 0.5;       // until a table's stream is read
    public const double EventOverheadBytes = 1000; // a record's metadata and headers in an event
    public const double ReplayRecordBytes = 300;
    public const double LogBytesPerInvocation = 600;
    public const double OrderBytes = 1_400;        // an order of five products in the table
    public const int IndexWritesPerOrder = 3;      // into the index when it opens, out and in when it is complete
    public const double NearlyTheSame = 1.1;       // costs that differ by less do not decide
}
