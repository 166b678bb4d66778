using EntitySync.Core.Hooks;

namespace Acme.Hooks;

/// <summary>What a definition may name by mistake.</summary>
public sealed class Stranger;

public abstract class Unfinished : IEntityHook
{
    public abstract HookResult Apply(in HookInput input, HookOutput output);
}

public sealed class Generic<T> : IEntityHook
{
    public Type Of => typeof(T);

    public HookResult Apply(in HookInput input, HookOutput output) => HookResult.Unchanged;
}

public sealed class Demanding(string setting) : IEntityHook
{
    public HookResult Apply(in HookInput input, HookOutput output) => HookResult.Rejected(setting);
}

public sealed class Failing : IEntityHook
{
    public Failing() => throw new InvalidOperationException("ACME_RATES is not set");

    public HookResult Apply(in HookInput input, HookOutput output) => HookResult.Unchanged;
}
