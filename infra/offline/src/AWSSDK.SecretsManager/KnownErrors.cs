using System;
using System.Collections.Generic;
using System.Net;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager.Internal
{
    internal static class KnownErrors
    {
        public static readonly Dictionary<string, Func<string, ErrorType, string, string, HttpStatusCode, AmazonSecretsManagerException>> ByCode = new()
        {
            ["DecryptionFailure"] = (message, type, code, requestId, status) => new DecryptionFailureException(message, type, code, requestId, status),
            ["InternalServiceError"] = (message, type, code, requestId, status) => new InternalServiceErrorException(message, type, code, requestId, status),
            ["InvalidParameterException"] = (message, type, code, requestId, status) => new InvalidParameterException(message, type, code, requestId, status),
            ["InvalidRequestException"] = (message, type, code, requestId, status) => new InvalidRequestException(message, type, code, requestId, status),
            ["ResourceNotFoundException"] = (message, type, code, requestId, status) => new ResourceNotFoundException(message, type, code, requestId, status),
        };
    }
}
