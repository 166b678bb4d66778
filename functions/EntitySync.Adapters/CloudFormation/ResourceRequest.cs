using System.Text.Json;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.CloudFormation;

/// <summary>What CloudFormation asks of a custom resource. It is read with patience: whatever can be answered is answered, or a stack waits for nothing.</summary>
public sealed record ResourceRequest
{
    private const string Unknown = "unknown";

    /// <summary>Presigned address that the answer is sent to, as it came. Who has it may answer, so it is not shown.</summary>
    public required Uri ResponseAddress { get; init; }

    /// <summary><c>Create</c>, <c>Update</c> or <c>Delete</c>.</summary>
    public string Type { get; init; } = "";

    public string StackId { get; init; } = Unknown;

    public string RequestId { get; init; } = Unknown;

    public string LogicalResourceId { get; init; } = Unknown;

    /// <summary>The id given by the first answer, from then on the same. CloudFormation takes another one for a replacement and deletes the old resource.</summary>
    public string PhysicalResourceId { get; init; } = Unknown;

    /// <summary>The resource's properties in the template, every scalar as text.</summary>
    public JsonElement Properties { get; init; }

    /// <summary>What is wrong with the request; null when nothing is.</summary>
    public string? Problem { get; init; }

    /// <exception cref="InvalidRequestException">It names no https address to answer to.</exception>
    public static ResourceRequest Read(JsonElement message)
    {
        var type = Text(message, "RequestType");
        var (stack, logical) = (Text(message, "StackId"), Text(message, "LogicalResourceId"));
        return new ResourceRequest
        {
            ResponseAddress = Address(Text(message, "ResponseURL")),
            Type = type ?? "",
            StackId = stack ?? Unknown,
            RequestId = Text(message, "RequestId") ?? Unknown,
            LogicalResourceId = logical ?? Unknown,
            PhysicalResourceId = Text(message, "PhysicalResourceId") ?? FirstId(stack, logical),
            Properties = message.TryGetProperty("ResourceProperties", out var properties) ? properties : default,
            Problem = FirstProblem(),
        };

        string? FirstProblem() =>
            stack is null || logical is null || Text(message, "RequestId") is null ? "The request lacks StackId, RequestId or LogicalResourceId."
            : type is not ("Create" or "Update" or "Delete") ? $"RequestType is '{type}'; Create, Update and Delete are known."
            : null;
    }

    public override string ToString() => $"{Type} of {LogicalResourceId} in {StackId}";

    // The path is signed as it is written: nothing of it may be made canonical.
    private static Uri Address(string? text) =>
        Uri.TryCreate(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var address) && address.IsAbsoluteUri && address.Scheme == Uri.UriSchemeHttps
            ? address
            : throw new InvalidRequestException("This is no request of CloudFormation: ResponseURL is missing or is no https address, so nobody can be answered.");

    // The same for a request that is delivered twice: arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID gives NAME/ID/LOGICAL.
    private static string FirstId(string? stack, string? logical) => $"{stack?[(stack.IndexOf('/', StringComparison.Ordinal) + 1)..] ?? Unknown}/{logical ?? Unknown}";

    private static string? Text(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
