using System.Text.Json;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Lambda;

/// <summary>The error answers of Lambda and its .NET runtime.</summary>
internal static class LambdaErrors
{
    private const string Unhandled = "Unhandled";

    public static LambdaResult From(Exception exception)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Write(writer, exception);
        return new LambdaResult(stream.ToArray(), Unhandled);
    }

    public static LambdaResult TimedOut(string requestId, TimeSpan timeout) =>
        Of("Sandbox.Timedout", $"RequestId: {requestId} Error: Task timed out after {timeout.TotalSeconds:0.00} seconds");

    public static LambdaResult AnswerTooLarge(int bytes, int allowed) =>
        Of("Function.ResponseSizeTooLarge", $"Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({allowed} bytes).");

    public static LambdaResult UnknownFunction(string name) => Of("ResourceNotFoundException", $"Function not found: {name}");

    private static LambdaResult Of(string type, string message)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("errorType", type);
            writer.WriteString("errorMessage", message);
            writer.WriteEndObject();
        }

        return new LambdaResult(stream.ToArray(), Unhandled);
    }

    private static void Write(Utf8JsonWriter writer, Exception exception)
    {
        writer.WriteStartObject();
        writer.WriteString("errorType", exception.GetType().Name);
        writer.WriteString("errorMessage", exception.Message);
        writer.WriteStartArray("stackTrace");
        foreach (var line in (exception.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) writer.WriteStringValue(line);
        writer.WriteEndArray();
        if (exception.InnerException is { } inner)
        {
            writer.WritePropertyName("cause");
            Write(writer, inner);
        }

        writer.WriteEndObject();
    }
}
