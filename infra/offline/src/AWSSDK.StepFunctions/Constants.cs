using Amazon.Runtime;

namespace Amazon.StepFunctions
{
    public class ExecutionStatus : ConstantClass
    {
        public static readonly ExecutionStatus ABORTED = new ExecutionStatus("ABORTED");
        public static readonly ExecutionStatus FAILED = new ExecutionStatus("FAILED");
        public static readonly ExecutionStatus PENDING_REDRIVE = new ExecutionStatus("PENDING_REDRIVE");
        public static readonly ExecutionStatus RUNNING = new ExecutionStatus("RUNNING");
        public static readonly ExecutionStatus SUCCEEDED = new ExecutionStatus("SUCCEEDED");
        public static readonly ExecutionStatus TIMED_OUT = new ExecutionStatus("TIMED_OUT");

        public ExecutionStatus(string value) : base(value)
        {
        }

        public static ExecutionStatus FindValue(string value) => FindValue<ExecutionStatus>(value);

        public static implicit operator ExecutionStatus(string value) => FindValue(value);
    }

    public class ExecutionRedriveStatus : ConstantClass
    {
        public static readonly ExecutionRedriveStatus NOT_REDRIVABLE = new ExecutionRedriveStatus("NOT_REDRIVABLE");
        public static readonly ExecutionRedriveStatus REDRIVABLE = new ExecutionRedriveStatus("REDRIVABLE");
        public static readonly ExecutionRedriveStatus REDRIVABLE_BY_MAP_RUN = new ExecutionRedriveStatus("REDRIVABLE_BY_MAP_RUN");

        public ExecutionRedriveStatus(string value) : base(value)
        {
        }

        public static ExecutionRedriveStatus FindValue(string value) => FindValue<ExecutionRedriveStatus>(value);

        public static implicit operator ExecutionRedriveStatus(string value) => FindValue(value);
    }

    public class ExecutionRedriveFilter : ConstantClass
    {
        public static readonly ExecutionRedriveFilter NOT_REDRIVEN = new ExecutionRedriveFilter("NOT_REDRIVEN");
        public static readonly ExecutionRedriveFilter REDRIVEN = new ExecutionRedriveFilter("REDRIVEN");

        public ExecutionRedriveFilter(string value) : base(value)
        {
        }

        public static ExecutionRedriveFilter FindValue(string value) => FindValue<ExecutionRedriveFilter>(value);

        public static implicit operator ExecutionRedriveFilter(string value) => FindValue(value);
    }

    public class IncludedData : ConstantClass
    {
        public static readonly IncludedData ALL_DATA = new IncludedData("ALL_DATA");
        public static readonly IncludedData METADATA_ONLY = new IncludedData("METADATA_ONLY");

        public IncludedData(string value) : base(value)
        {
        }

        public static IncludedData FindValue(string value) => FindValue<IncludedData>(value);

        public static implicit operator IncludedData(string value) => FindValue(value);
    }
}
