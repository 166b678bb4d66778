using System;
using System.Collections.Generic;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.StepFunctions.Internal;

namespace Amazon.StepFunctions.Model
{
    public partial class StartExecutionRequest : AmazonStepFunctionsRequest
    {
        public string StateMachineArn { get; set; }
        public string Name { get; set; }
        public string Input { get; set; }
        public string TraceHeader { get; set; }

        internal override string Operation => "StartExecution";

        internal override void Write(Utf8JsonWriter writer)
        {
            if (StateMachineArn != null) writer.WriteString("stateMachineArn", StateMachineArn);
            if (Name != null) writer.WriteString("name", Name);
            if (Input != null) writer.WriteString("input", Input);
            if (TraceHeader != null) writer.WriteString("traceHeader", TraceHeader);
        }
    }

    public partial class StartExecutionResponse : AmazonWebServiceResponse, IReadsJson
    {
        public string ExecutionArn { get; set; }
        public DateTime? StartDate { get; set; }

        void IReadsJson.Read(JsonElement json)
        {
            ExecutionArn = Json.Text(json, "executionArn");
            StartDate = Json.Date(json, "startDate");
        }
    }

    public partial class DescribeExecutionRequest : AmazonStepFunctionsRequest
    {
        public string ExecutionArn { get; set; }
        public IncludedData IncludedData { get; set; }

        internal override string Operation => "DescribeExecution";

        internal override void Write(Utf8JsonWriter writer)
        {
            if (ExecutionArn != null) writer.WriteString("executionArn", ExecutionArn);
            if (IncludedData != null) writer.WriteString("includedData", IncludedData.Value);
        }
    }

    public partial class DescribeExecutionResponse : AmazonWebServiceResponse, IReadsJson
    {
        public string ExecutionArn { get; set; }
        public string StateMachineArn { get; set; }
        public string Name { get; set; }
        public ExecutionStatus Status { get; set; }
        public DateTime? StartDate { get; set; }
        public DateTime? StopDate { get; set; }
        public string Input { get; set; }
        public string Output { get; set; }
        public string TraceHeader { get; set; }
        public string MapRunArn { get; set; }
        public string Error { get; set; }
        public string Cause { get; set; }
        public string StateMachineVersionArn { get; set; }
        public string StateMachineAliasArn { get; set; }
        public int? RedriveCount { get; set; }
        public DateTime? RedriveDate { get; set; }
        public ExecutionRedriveStatus RedriveStatus { get; set; }
        public string RedriveStatusReason { get; set; }
        public CloudWatchEventsExecutionDataDetails InputDetails { get; set; }
        public CloudWatchEventsExecutionDataDetails OutputDetails { get; set; }

        void IReadsJson.Read(JsonElement json)
        {
            ExecutionArn = Json.Text(json, "executionArn");
            StateMachineArn = Json.Text(json, "stateMachineArn");
            Name = Json.Text(json, "name");
            Status = Json.Text(json, "status");
            StartDate = Json.Date(json, "startDate");
            StopDate = Json.Date(json, "stopDate");
            Input = Json.Text(json, "input");
            Output = Json.Text(json, "output");
            TraceHeader = Json.Text(json, "traceHeader");
            MapRunArn = Json.Text(json, "mapRunArn");
            Error = Json.Text(json, "error");
            Cause = Json.Text(json, "cause");
            StateMachineVersionArn = Json.Text(json, "stateMachineVersionArn");
            StateMachineAliasArn = Json.Text(json, "stateMachineAliasArn");
            RedriveCount = Json.Number(json, "redriveCount");
            RedriveDate = Json.Date(json, "redriveDate");
            RedriveStatus = Json.Text(json, "redriveStatus");
            RedriveStatusReason = Json.Text(json, "redriveStatusReason");
            InputDetails = Json.Details(json, "inputDetails");
            OutputDetails = Json.Details(json, "outputDetails");
        }
    }

    public partial class CloudWatchEventsExecutionDataDetails
    {
        public bool? Included { get; set; }
    }

    public partial class ListExecutionsRequest : AmazonStepFunctionsRequest
    {
        public string StateMachineArn { get; set; }
        public ExecutionStatus StatusFilter { get; set; }
        public int? MaxResults { get; set; }
        public string NextToken { get; set; }
        public string MapRunArn { get; set; }
        public ExecutionRedriveFilter RedriveFilter { get; set; }

        internal override string Operation => "ListExecutions";

        internal override void Write(Utf8JsonWriter writer)
        {
            if (StateMachineArn != null) writer.WriteString("stateMachineArn", StateMachineArn);
            if (StatusFilter != null) writer.WriteString("statusFilter", StatusFilter.Value);
            if (MaxResults.HasValue) writer.WriteNumber("maxResults", MaxResults.Value);
            if (NextToken != null) writer.WriteString("nextToken", NextToken);
            if (MapRunArn != null) writer.WriteString("mapRunArn", MapRunArn);
            if (RedriveFilter != null) writer.WriteString("redriveFilter", RedriveFilter.Value);
        }
    }

    public partial class ListExecutionsResponse : AmazonWebServiceResponse, IReadsJson
    {
        public List<ExecutionListItem> Executions { get; set; }
        public string NextToken { get; set; }

        void IReadsJson.Read(JsonElement json)
        {
            Executions = Json.List(json, "executions", element => new ExecutionListItem(element));
            NextToken = Json.Text(json, "nextToken");
        }
    }

    public partial class StopExecutionRequest : AmazonStepFunctionsRequest
    {
        public string ExecutionArn { get; set; }
        public string Error { get; set; }
        public string Cause { get; set; }

        internal override string Operation => "StopExecution";

        internal override void Write(Utf8JsonWriter writer)
        {
            if (ExecutionArn != null) writer.WriteString("executionArn", ExecutionArn);
            if (Error != null) writer.WriteString("error", Error);
            if (Cause != null) writer.WriteString("cause", Cause);
        }
    }

    public partial class StopExecutionResponse : AmazonWebServiceResponse, IReadsJson
    {
        public DateTime? StopDate { get; set; }

        void IReadsJson.Read(JsonElement json)
        {
            StopDate = Json.Date(json, "stopDate");
        }
    }

    public partial class RedriveExecutionRequest : AmazonStepFunctionsRequest
    {
        public string ExecutionArn { get; set; }
        public string ClientToken { get; set; }

        internal override string Operation => "RedriveExecution";

        internal override void Write(Utf8JsonWriter writer)
        {
            if (ExecutionArn != null) writer.WriteString("executionArn", ExecutionArn);
            if (ClientToken != null) writer.WriteString("clientToken", ClientToken);
        }
    }

    public partial class RedriveExecutionResponse : AmazonWebServiceResponse, IReadsJson
    {
        public DateTime? RedriveDate { get; set; }

        void IReadsJson.Read(JsonElement json)
        {
            RedriveDate = Json.Date(json, "redriveDate");
        }
    }

    public partial class ExecutionListItem
    {
        public string ExecutionArn { get; set; }
        public string StateMachineArn { get; set; }
        public string Name { get; set; }
        public ExecutionStatus Status { get; set; }
        public DateTime? StartDate { get; set; }
        public DateTime? StopDate { get; set; }
        public string MapRunArn { get; set; }
        public int? ItemCount { get; set; }
        public string StateMachineVersionArn { get; set; }
        public string StateMachineAliasArn { get; set; }
        public int? RedriveCount { get; set; }
        public DateTime? RedriveDate { get; set; }

        public ExecutionListItem()
        {
        }

        internal ExecutionListItem(JsonElement json)
        {
            ExecutionArn = Json.Text(json, "executionArn");
            StateMachineArn = Json.Text(json, "stateMachineArn");
            Name = Json.Text(json, "name");
            Status = Json.Text(json, "status");
            StartDate = Json.Date(json, "startDate");
            StopDate = Json.Date(json, "stopDate");
            MapRunArn = Json.Text(json, "mapRunArn");
            ItemCount = Json.Number(json, "itemCount");
            StateMachineVersionArn = Json.Text(json, "stateMachineVersionArn");
            StateMachineAliasArn = Json.Text(json, "stateMachineAliasArn");
            RedriveCount = Json.Number(json, "redriveCount");
            RedriveDate = Json.Date(json, "redriveDate");
        }
    }
}
