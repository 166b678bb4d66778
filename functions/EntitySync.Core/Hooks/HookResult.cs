namespace EntitySync.Core.Hooks;

public enum HookResultKind
{
    /// <summary>The joined document is emitted as it is.</summary>
    Unchanged,

    /// <summary>What was written to the <see cref="HookOutput"/> is emitted.</summary>
    Written,

    /// <summary>Nothing is emitted; counted, not an error.</summary>
    Dropped,

    /// <summary>The record goes to the dead-letter topic.</summary>
    Rejected,
}

/// <summary>What is to become of a document.</summary>
public readonly record struct HookResult
{
    private HookResult(HookResultKind kind, string? reason = null) => (Kind, Reason) = (kind, reason);

    public static HookResult Unchanged => new(HookResultKind.Unchanged);

    public static HookResult Written => new(HookResultKind.Written);

    public static HookResult Dropped => new(HookResultKind.Dropped);

    public HookResultKind Kind { get; }

    /// <summary>For <see cref="HookResultKind.Rejected"/>: what is wrong with the document.</summary>
    public string? Reason { get; }

    /// <param name="reason">What was found where, for the person who reads the dead letter; cut to a few hundred characters.</param>
    public static HookResult Rejected(string reason) => new(HookResultKind.Rejected, reason);
}
