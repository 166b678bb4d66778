using System;
using System.Net;
using Amazon.Runtime;

namespace Amazon.StepFunctions
{
    public class AmazonStepFunctionsException : AmazonServiceException
    {
        public AmazonStepFunctionsException(string message) : base(message)
        {
        }

        public AmazonStepFunctionsException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public AmazonStepFunctionsException(Exception innerException) : base(innerException)
        {
        }

        public AmazonStepFunctionsException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public AmazonStepFunctionsException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }
}

namespace Amazon.StepFunctions.Model
{
    public class ExecutionAlreadyExistsException : AmazonStepFunctionsException
    {
        public ExecutionAlreadyExistsException(string message) : base(message)
        {
        }

        public ExecutionAlreadyExistsException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public ExecutionAlreadyExistsException(Exception innerException) : base(innerException)
        {
        }

        public ExecutionAlreadyExistsException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public ExecutionAlreadyExistsException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class ExecutionDoesNotExistException : AmazonStepFunctionsException
    {
        public ExecutionDoesNotExistException(string message) : base(message)
        {
        }

        public ExecutionDoesNotExistException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public ExecutionDoesNotExistException(Exception innerException) : base(innerException)
        {
        }

        public ExecutionDoesNotExistException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public ExecutionDoesNotExistException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class ExecutionLimitExceededException : AmazonStepFunctionsException
    {
        public ExecutionLimitExceededException(string message) : base(message)
        {
        }

        public ExecutionLimitExceededException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public ExecutionLimitExceededException(Exception innerException) : base(innerException)
        {
        }

        public ExecutionLimitExceededException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public ExecutionLimitExceededException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class ExecutionNotRedrivableException : AmazonStepFunctionsException
    {
        public ExecutionNotRedrivableException(string message) : base(message)
        {
        }

        public ExecutionNotRedrivableException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public ExecutionNotRedrivableException(Exception innerException) : base(innerException)
        {
        }

        public ExecutionNotRedrivableException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public ExecutionNotRedrivableException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InvalidArnException : AmazonStepFunctionsException
    {
        public InvalidArnException(string message) : base(message)
        {
        }

        public InvalidArnException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InvalidArnException(Exception innerException) : base(innerException)
        {
        }

        public InvalidArnException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InvalidArnException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InvalidExecutionInputException : AmazonStepFunctionsException
    {
        public InvalidExecutionInputException(string message) : base(message)
        {
        }

        public InvalidExecutionInputException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InvalidExecutionInputException(Exception innerException) : base(innerException)
        {
        }

        public InvalidExecutionInputException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InvalidExecutionInputException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InvalidNameException : AmazonStepFunctionsException
    {
        public InvalidNameException(string message) : base(message)
        {
        }

        public InvalidNameException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InvalidNameException(Exception innerException) : base(innerException)
        {
        }

        public InvalidNameException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InvalidNameException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class InvalidTokenException : AmazonStepFunctionsException
    {
        public InvalidTokenException(string message) : base(message)
        {
        }

        public InvalidTokenException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public InvalidTokenException(Exception innerException) : base(innerException)
        {
        }

        public InvalidTokenException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public InvalidTokenException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class KmsAccessDeniedException : AmazonStepFunctionsException
    {
        public KmsAccessDeniedException(string message) : base(message)
        {
        }

        public KmsAccessDeniedException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public KmsAccessDeniedException(Exception innerException) : base(innerException)
        {
        }

        public KmsAccessDeniedException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public KmsAccessDeniedException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class KmsInvalidStateException : AmazonStepFunctionsException
    {
        public KmsInvalidStateException(string message) : base(message)
        {
        }

        public KmsInvalidStateException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public KmsInvalidStateException(Exception innerException) : base(innerException)
        {
        }

        public KmsInvalidStateException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public KmsInvalidStateException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class KmsThrottlingException : AmazonStepFunctionsException
    {
        public KmsThrottlingException(string message) : base(message)
        {
        }

        public KmsThrottlingException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public KmsThrottlingException(Exception innerException) : base(innerException)
        {
        }

        public KmsThrottlingException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public KmsThrottlingException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class ResourceNotFoundException : AmazonStepFunctionsException
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

    public class StateMachineDeletingException : AmazonStepFunctionsException
    {
        public StateMachineDeletingException(string message) : base(message)
        {
        }

        public StateMachineDeletingException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public StateMachineDeletingException(Exception innerException) : base(innerException)
        {
        }

        public StateMachineDeletingException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public StateMachineDeletingException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class StateMachineDoesNotExistException : AmazonStepFunctionsException
    {
        public StateMachineDoesNotExistException(string message) : base(message)
        {
        }

        public StateMachineDoesNotExistException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public StateMachineDoesNotExistException(Exception innerException) : base(innerException)
        {
        }

        public StateMachineDoesNotExistException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public StateMachineDoesNotExistException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class StateMachineTypeNotSupportedException : AmazonStepFunctionsException
    {
        public StateMachineTypeNotSupportedException(string message) : base(message)
        {
        }

        public StateMachineTypeNotSupportedException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public StateMachineTypeNotSupportedException(Exception innerException) : base(innerException)
        {
        }

        public StateMachineTypeNotSupportedException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public StateMachineTypeNotSupportedException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }

    public class ValidationException : AmazonStepFunctionsException
    {
        public ValidationException(string message) : base(message)
        {
        }

        public ValidationException(string message, Exception innerException) : base(message, innerException)
        {
        }

        public ValidationException(Exception innerException) : base(innerException)
        {
        }

        public ValidationException(string message, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, errorType, errorCode, requestId, statusCode)
        {
        }

        public ValidationException(string message, Exception innerException, ErrorType errorType, string errorCode, string requestId, HttpStatusCode statusCode)
            : base(message, innerException, errorType, errorCode, requestId, statusCode)
        {
        }
    }
}
