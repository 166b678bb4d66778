using System;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager.Internal;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager
{
    public interface IAmazonSecretsManager : IAmazonService, IDisposable
    {
        Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken cancellationToken = default);
    }

    public class AmazonSecretsManagerClient : AmazonServiceClient, IAmazonSecretsManager
    {
        private static readonly IServiceMetadata Metadata = new SecretsManagerMetadata();

        public AmazonSecretsManagerClient() : base(new AmazonSecretsManagerConfig())
        {
        }

        public AmazonSecretsManagerClient(RegionEndpoint region) : base(new AmazonSecretsManagerConfig { RegionEndpoint = region })
        {
        }

        public AmazonSecretsManagerClient(AmazonSecretsManagerConfig config) : base(config)
        {
        }

        public AmazonSecretsManagerClient(AWSCredentials credentials) : base(credentials, new AmazonSecretsManagerConfig())
        {
        }

        public AmazonSecretsManagerClient(AWSCredentials credentials, RegionEndpoint region) : base(credentials, new AmazonSecretsManagerConfig { RegionEndpoint = region })
        {
        }

        public AmazonSecretsManagerClient(AWSCredentials credentials, AmazonSecretsManagerConfig clientConfig) : base(credentials, clientConfig)
        {
        }

        public AmazonSecretsManagerClient(string awsAccessKeyId, string awsSecretAccessKey)
            : base(awsAccessKeyId, awsSecretAccessKey, new AmazonSecretsManagerConfig())
        {
        }

        public AmazonSecretsManagerClient(string awsAccessKeyId, string awsSecretAccessKey, RegionEndpoint region)
            : base(awsAccessKeyId, awsSecretAccessKey, new AmazonSecretsManagerConfig { RegionEndpoint = region })
        {
        }

        public AmazonSecretsManagerClient(string awsAccessKeyId, string awsSecretAccessKey, AmazonSecretsManagerConfig clientConfig)
            : base(awsAccessKeyId, awsSecretAccessKey, clientConfig)
        {
        }

        static ClientConfig IAmazonService.CreateDefaultClientConfig() => new AmazonSecretsManagerConfig();

        static IAmazonService IAmazonService.CreateDefaultServiceClient(AWSCredentials awsCredentials, ClientConfig clientConfig) =>
            new AmazonSecretsManagerClient(awsCredentials, (AmazonSecretsManagerConfig)clientConfig);

        protected override IServiceMetadata ServiceMetadata => Metadata;

        public virtual Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken cancellationToken = default) => CallAsync<GetSecretValueResponse>(request, cancellationToken);

        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            pipeline.AddHandlerAfter<Marshaller>(new SecretsManagerEndpointResolver());
            pipeline.AddHandlerAfter<Marshaller>(new SecretsManagerAuthHandler());
        }

        private Task<TResponse> CallAsync<TResponse>(AmazonSecretsManagerRequest request, CancellationToken cancellationToken)
            where TResponse : AmazonWebServiceResponse, IReadsJson, new()
        {
            var options = new InvokeOptions { RequestMarshaller = RequestMarshaller.Instance, ResponseUnmarshaller = JsonUnmarshaller<TResponse>.Instance };
            return InvokeAsync<TResponse>(request, options, cancellationToken);
        }
    }
}
