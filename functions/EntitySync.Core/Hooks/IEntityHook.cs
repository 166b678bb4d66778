namespace EntitySync.Core.Hooks;

/// <summary>
/// Your own code for what a definition should not try to say: gets each joined document of an entity before it is emitted, and says what becomes of it.
/// A definition names it (<c>hook: { type: Acme.Hooks.Rounding, assembly: Acme.Hooks }</c>); it runs last, after all relations, whatever their strategies.
/// What an implementation must keep to:
/// <list type="bullet">
/// <item><b>A class with a public constructor without parameters.</b> One instance an entity and process.</item>
/// <item><b>Thread-safe.</b> The threads of a process share that instance.</item>
/// <item><b>Deterministic.</b> The same input gives the same result: no clock, no chance, no state, no other system. The same document is processed again after a crash,
/// with a replay and when somebody asks what an output is made of, and an output that differs each time is never the "equal output" that
/// <c>emit: { when: on-change }</c> and fan-outs leave out.</item>
/// <item><b>Quick.</b> All entities of the partition wait for it meanwhile.</item>
/// </list>
/// What it may rely on:
/// <list type="bullet">
/// <item>The document is one sound JSON object. Tombstones are emitted without it.</item>
/// <item>An exception, or an output that is not one JSON object or is too large, sends the record to the dead-letter topic with the name of the hook; all others go on.</item>
/// <item>After <see cref="HookResult.Dropped"/> and <see cref="HookResult.Rejected"/> what was emitted last stays in the output topic; nothing is retracted.</item>
/// </list>
/// </summary>
public interface IEntityHook
{
    /// <param name="input">The joined document and whose it is; valid during the call only.</param>
    /// <param name="output">Takes the new document if there is to be one; valid during the call only.</param>
    HookResult Apply(in HookInput input, HookOutput output);
}
