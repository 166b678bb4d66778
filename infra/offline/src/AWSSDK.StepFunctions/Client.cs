using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.StepFunctions.Internal;
using Amazon.StepFunctions.Model;

namespace Amazon.StepFunctions
{
    public interface IAmazonStepFunctions : IAmazonService, IDisposable
    {
        Task<StartExecutionResponse> StartExecutionAsync(StartExecutionRequest request, CancellationToken cancellationToken = default);
        Task<DescribeExecutionResponse> DescribeExecutionAsync(DescribeExecutionRequest request, CancellationToken cancellationToken = default);
        Task<ListExecutionsResponse> ListExecutionsAsync(ListExecutionsRequest request, CancellationToken cancellationToken = default);
        Task<StopExecutionResponse> StopExecutionAsync(StopExecutionRequest request, CancellationToken cancellationToken = default);
        Task<RedriveExecutionResponse> RedriveExecutionAsync(RedriveExecutionRequest request, CancellationToken cancellationToken = default);
    }

    public class AmazonStepFunctionsClient : AmazonServiceClient, IAmazonStepFunctions
    {
        private static readonly IServiceMetadata Metadata = new StepFunctionsMetadata();

        public AmazonStepFunctionsClient() : base(new AmazonStepFunctionsConfig())
        {
        }

        public AmazonStepFunctionsClient(RegionEndpoint region) : base(new AmazonStepFunctionsConfig { RegionEndpoint = region })
        {
        }

        public AmazonStepFunctionsClient(AmazonStepFunctionsConfig config) : base(config)
        {
        }

        public AmazonStepFunctionsClient(AWSCredentials credentials) : base(credentials, new AmazonStepFunctionsConfig())
        {
        }

        public AmazonStepFunctionsClient(AWSCredentials credentials, RegionEndpoint region) : base(credentials, new AmazonStepFunctionsConfig { RegionEndpoint = region })
        {
        }

        public AmazonStepFunctionsClient(AWSCredentials credentials, AmazonStepFunctionsConfig clientConfig) : base(credentials, clientConfig)
        {
        }

        public AmazonStepFunctionsClient(string awsAccessKeyId, string awsSecretAccessKey)
            : base(awsAccessKeyId, awsSecretAccessKey, new AmazonStepFunctionsConfig())
        {
        }

        public AmazonStepFunctionsClient(string awsAccessKeyId, string awsSecretAccessKey, RegionEndpoint region)
            : base(awsAccessKeyId, awsSecretAccessKey, new AmazonStepFunctionsConfig { RegionEndpoint = region })
        {
        }

        public AmazonStepFunctionsClient(string awsAccessKeyId, string awsSecretAccessKey, AmazonStepFunctionsConfig clientConfig)
            : base(awsAccessKeyId, awsSecretAccessKey, clientConfig)
        {
        }

        static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonStepFunctionsConfig();

        static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
            new AmazonStepFunctionsClient(awsCredentials, (AmazonStepFunctionsConfig)clientConfig);

        protected override IServiceMetadata ServiceMetadata => Metadata;

        public virtual Task<StartExecutionResponse> StartExecutionAsync(StartExecutionRequest request, CancellationToken cancellationToken = default) => CallAsync<StartExecutionResponse>(request, cancellationToken);

        public virtual Task<DescribeExecutionResponse> DescribeExecutionAsync(DescribeExecutionRequest request, CancellationToken cancellationToken = default) => CallAsync<DescribeExecutionResponse>(request, cancellationToken);

        public virtual Task<ListExecutionsResponse> ListExecutionsAsync(ListExecutionsRequest request, CancellationToken cancellationToken = default) => CallAsync<ListExecutionsResponse>(request, cancellationToken);

        public virtual Task<StopExecutionResponse> StopExecutionAsync(StopExecutionRequest request, CancellationToken cancellationToken = default) => CallAsync<StopExecutionResponse>(request, cancellationToken);

        public virtual Task<RedriveExecutionResponse> RedriveExecutionAsync(RedriveExecutionRequest request, CancellationToken cancellationToken = default) => CallAsync<RedriveExecutionResponse>(request, cancellationToken);

        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            pipeline.AddHandlerAfter<Marshaller>(new StepFunctionsEndpointResolver());
            pipeline.AddHandlerAfter<Marshaller>(new StepFunctionsAuthHandler());
        }

        private Task<TResponse> CallAsync<TResponse>(AmazonStepFunctionsRequest request, CancellationToken cancellationToken)
            where TResponse : AmazonWebServiceResponse, IReadsJson, new()
        {
            var options = new InvokeOptions { RequestMarshaller = RequestMarshaller.Instance, ResponseUnmarshaller = JsonUnmarshaller<TResponse>.Instance };
            return InvokeAsync<TResponse>(request, options, cancellationToken);
        }
    }
}
