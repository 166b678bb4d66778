using System;
using System.Net;
using Amazon.Runtime;

namespace Amazon.SecretsManager
{
    public class AmazonSecretsManagerException : AmazonServiceException
    {
        public AmazonSecretsManagerException(string message) : base(message)
        {
        }

        public AmazonSecretsManagerException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public AmazonSecretsManagerException(Exception innerException) : base(innerException)
        {
        }

        public AmazonSecretsManagerException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public AmazonSecretsManagerException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }
}

namespace Amazon.SecretsManager.Model
{
    public class DecryptionFailureException : AmazonSecretsManagerException
    {
        public DecryptionFailureException(string message) : base(message)
        {
        }

        public DecryptionFailureException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public DecryptionFailureException(Exception innerException) : base(innerException)
        {
        }

        public DecryptionFailureException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public DecryptionFailureException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InternalServiceErrorException : AmazonSecretsManagerException
    {
        public InternalServiceErrorException(string message) : base(message)
        {
        }

        public InternalServiceErrorException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InternalServiceErrorException(Exception innerException) : base(innerException)
        {
        }

        public InternalServiceErrorException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InternalServiceErrorException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InvalidParameterException : AmazonSecretsManagerException
    {
        public InvalidParameterException(string message) : base(message)
        {
        }

        public InvalidParameterException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InvalidParameterException(Exception innerException) : base(innerException)
        {
        }

        public InvalidParameterException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InvalidParameterException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InvalidRequestException : AmazonSecretsManagerException
    {
        public InvalidRequestException(string message) : base(message)
        {
        }

        public InvalidRequestException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InvalidRequestException(Exception innerException) : base(innerException)
        {
        }

        public InvalidRequestException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InvalidRequestException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class ResourceNotFoundException : AmazonSecretsManagerException
    {
        public ResourceNotFoundException(string message) : base(message)
        {
        }

        public ResourceNotFoundException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public ResourceNotFoundException(Exception innerException) : base(innerException)
        {
        }

        public ResourceNotFoundException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public ResourceNotFoundException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }
}
