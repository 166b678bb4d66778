using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Hooks;

/// <summary>The last step of an entity's join: runs its hook over a document that was just spliced. Immutable, thread-safe.</summary>
/// <param name="definition">A definition with a hook.</param>
/// <param name="hook">Null when whoever compiled the definition gave no hooks: good for looking at it, not for running it.</param>
/// <param name="limits">Bounds of what the hook writes.</param>
internal sealed class HookStep(EntityDefinition definition, IEntityHook? hook, EnrichmentLimits limits)
{
    private readonly string _type = definition.Hook!.Type;

    /// <summary>Replaces the document that begins at <paramref name="start"/> by the hook's, or takes it back; never throws what the hook throws.</summary>
    /// <exception cref="InvalidOperationException">There is no hook: emitting documents without it would be wrong, and dead-lettering them too.</exception>
    public EnrichmentOutcome Run(ReadOnlySpan<byte> key, bool hasKey, int start, EnrichmentBuffer buffer)
    {
        if (hook is null) throw new InvalidOperationException($"Entity '{definition.Entity}' has the hook '{_type}', and its joins were built without hooks: give them a {nameof(HookLoader)}.");
        var output = buffer.HookOutput;
        var outcome = Outcome(key, hasKey, buffer.Output.Span[start..], output, out var isWritten);
        if (isWritten || outcome.Kind != EnrichmentKind.Emitted) buffer.Output.Truncate(start);
        if (isWritten) buffer.Output.Append(output.Written);
        return outcome;
    }

    private EnrichmentOutcome Outcome(ReadOnlySpan<byte> key, bool hasKey, ReadOnlySpan<byte> document, HookOutput output, out bool isWritten)
    {
        isWritten = false;
        output.Begin(limits.MaximumOutputBytes);
        try
        {
            var result = hook!.Apply(new HookInput { Entity = definition.Entity, Key = key, HasKey = hasKey, Document = document }, output);
            if (result.Kind == HookResultKind.Dropped) return EnrichmentOutcome.Dropped;
            if (result.Kind == HookResultKind.Rejected) return Rejected(result.Reason);
            if (result.Kind == HookResultKind.Written && ProblemOf(output) is { } problem) return Rejected(problem);
            isWritten = result.Kind == HookResultKind.Written;
            return EnrichmentOutcome.Emitted;
        }
        catch (Exception exception)
        {
            return Rejected(string.IsNullOrWhiteSpace(exception.Message) ? exception.GetType().Name : exception.Message);
        }
    }

    private EnrichmentOutcome Rejected(string? reason) => EnrichmentOutcome.Rejected($"hook '{_type}': {Reasons.Short(reason ?? "no reason given")}");

    private string? ProblemOf(HookOutput output)
    {
        var written = output.Written;
        if (output.IsTooLarge) return output.TooLarge().Message;
        if (written.Length == 0) return "it says that it wrote the output, and has written nothing";
        if (!Utf8.IsValid(written)) return "the output is not valid UTF-8";
        var reader = new Utf8JsonReader(written, new JsonReaderOptions { MaxDepth = limits.MaximumDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return $"the output is {Reasons.Kind(reader.TokenType)}, one object is expected";
            reader.Skip();
            reader.Read(); // throws on anything but white space after the closing brace
            return null;
        }
        catch (JsonException exception)
        {
            return $"the output is not valid JSON at byte {reader.BytesConsumed}: {Reasons.Syntax(exception)}";
        }
    }
}
