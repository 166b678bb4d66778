using System;
using System.Collections.Generic;
using System.Net;
using Amazon.Runtime;
using Amazon.StepFunctions.Model;

namespace Amazon.StepFunctions.Internal
{
    internal static class KnownErrors
    {
        public static readonly Dictionary<string, Func<string, ErrorType, string, string, HttpStatusCode, AmazonStepFunctionsException>> ByCode = new()
        {
            ["ExecutionAlreadyExists"] = (message, type, code, requestId, status) => new ExecutionAlreadyExistsException(message, type, code, requestId, status),
            ["ExecutionDoesNotExist"] = (message, type, code, requestId, status) => new ExecutionDoesNotExistException(message, type, code, requestId, status),
            ["ExecutionLimitExceeded"] = (message, type, code, requestId, status) => new ExecutionLimitExceededException(message, type, code, requestId, status),
            ["ExecutionNotRedrivable"] = (message, type, code, requestId, status) => new ExecutionNotRedrivableException(message, type, code, requestId, status),
            ["InvalidArn"] = (message, type, code, requestId, status) => new InvalidArnException(message, type, code, requestId, status),
            ["InvalidExecutionInput"] = (message, type, code, requestId, status) => new InvalidExecutionInputException(message, type, code, requestId, status),
            ["InvalidName"] = (message, type, code, requestId, status) => new InvalidNameException(message, type, code, requestId, status),
            ["InvalidToken"] = (message, type, code, requestId, status) => new InvalidTokenException(message, type, code, requestId, status),
            ["KmsAccessDeniedException"] = (message, type, code, requestId, status) => new KmsAccessDeniedException(message, type, code, requestId, status),
            ["KmsInvalidStateException"] = (message, type, code, requestId, status) => new KmsInvalidStateException(message, type, code, requestId, status),
            ["KmsThrottlingException"] = (message, type, code, requestId, status) => new KmsThrottlingException(message, type, code, requestId, status),
            ["ResourceNotFound"] = (message, type, code, requestId, status) => new ResourceNotFoundException(message, type, code, requestId, status),
            ["StateMachineDeleting"] = (message, type, code, requestId, status) => new StateMachineDeletingException(message, type, code, requestId, status),
            ["StateMachineDoesNotExist"] = (message, type, code, requestId, status) => new StateMachineDoesNotExistException(message, type, code, requestId, status),
            ["StateMachineTypeNotSupported"] = (message, type, code, requestId, status) => new StateMachineTypeNotSupportedException(message, type, code, requestId, status),
            ["ValidationException"] = (message, type, code, requestId, status) => new ValidationException(message, type, code, requestId, status),
        };
    }
}
