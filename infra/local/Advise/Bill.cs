namespace EntitySync.Local.Advise;

/// <summary>What a month costs, by service.</summary>
public sealed record Bill(double Containers, double Functions, double Pollers, double Tables, double StateMachine, double Other)
{
    public double Total => Containers + Functions + Pollers + Tables + StateMachine + Other;

    public static Bill Of(Usage usage, PriceList prices) => new(
        (usage.VcpuHours * prices.FargateVcpuHour) + (usage.GigabyteHours * prices.FargateGigabyteHour),
        (usage.Invocations / 1e6 * prices.LambdaMillionRequests) + (usage.LambdaGigabyteSeconds * prices.LambdaGigabyteSecond),
        usage.PollerHours * prices.LambdaEventPollerUnitHour,
        (usage.ReadUnits / 1e6 * prices.DynamoDbMillionReadUnits) + (usage.WriteUnits / 1e6 * prices.DynamoDbMillionWriteUnits) + (usage.StoredGigabytes * (prices.DynamoDbGigabyteMonth + prices.DynamoDbRecoveryGigabyteMonth)),
        usage.Transitions / 1000 * prices.StepFunctionsThousandTransitions,
        (usage.HttpRequests / 1e6 * prices.HttpApiMillionRequests) + (usage.LogGigabytes * prices.CloudWatchLogsGigabyte) + (usage.KafkaBytes / 1e9 * prices.KafkaGigabyteWritten));
}
