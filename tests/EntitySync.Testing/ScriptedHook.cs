using System.Buffers;
using EntitySync.Core.Hooks;

namespace EntitySync.Testing;

/// <summary>A hook that does what a test says.</summary>
public sealed class ScriptedHook(ScriptedHook.Script script) : IEntityHook
{
    public delegate HookResult Script(in HookInput input, HookOutput output);

    /// <summary>Writes the same in any case.</summary>
    public static ScriptedHook Writing(byte[] bytes) => new((in _, output) =>
    {
        output.Write(bytes);
        return HookResult.Written;
    });

    public HookResult Apply(in HookInput input, HookOutput output) => script(input, output);
}
