namespace EntitySync.Local.Advise;

/// <summary>What is used in a month, in the units that have a price.</summary>
public sealed record Usage
{
    public double VcpuHours { get; init; }

    public double GigabyteHours { get; init; }

    public double Invocations { get; init; }

    public double LambdaGigabyteSeconds { get; init; }

    public double PollerHours { get; init; }

    /// <summary>Calls of DynamoDB.</summary>
    public double TableRequests { get; init; }

    public double ReadUnits { get; init; }

    public double WriteUnits { get; init; }

    public double StoredGigabytes { get; init; }

    public double Transitions { get; init; }

    public double HttpRequests { get; init; }

    /// <summary>Written to Kafka, not counting the inputs.</summary>
    public double KafkaBytes { get; init; }

    public double LogGigabytes => Invocations * Assumptions.LogBytesPerInvocation / 1e9;

    public static Usage operator +(Usage left, Usage right) => new()
    {
        VcpuHours = left.VcpuHours + right.VcpuHours,
        GigabyteHours = left.GigabyteHours + right.GigabyteHours,
        Invocations = left.Invocations + right.Invocations,
        LambdaGigabyteSeconds = left.LambdaGigabyteSeconds + right.LambdaGigabyteSeconds,
        PollerHours = left.PollerHours + right.PollerHours,
        TableRequests = left.TableRequests + right.TableRequests,
        ReadUnits = left.ReadUnits + right.ReadUnits,
        WriteUnits = left.WriteUnits + right.WriteUnits,
        StoredGigabytes = left.StoredGigabytes + right.StoredGigabytes,
        Transitions = left.Transitions + right.Transitions,
        HttpRequests = left.HttpRequests + right.HttpRequests,
        KafkaBytes = left.KafkaBytes + right.KafkaBytes,
    };

    /// <summary>Invocations of a function of the template's size.</summary>
    internal static Usage Calls(double invocations, double secondsEach) => new()
    {
        Invocations = invocations,
        LambdaGigabyteSeconds = invocations * secondsEach * Assumptions.FunctionMegabytes / 1024,
    };
}
