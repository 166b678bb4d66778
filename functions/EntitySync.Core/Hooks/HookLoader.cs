using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Hooks;

/// <summary>
/// Finds and makes the hooks that definitions name. An assembly is looked for as <c>NAME.dll</c> in the hooks folder if there is one, and among the files of the
/// application. Not thread-safe.
/// </summary>
/// <param name="folder">The hooks folder (<c>ENTITYSYNC_HOOKS</c>): assemblies with what they need beside them, as <c>dotnet publish</c> leaves them; null for none.</param>
/// <param name="applicationFolder">Default: where the application's own assemblies are.</param>
public sealed class HookLoader(string? folder = null, string? applicationFolder = null)
{
    /// <summary>Environment variable of the hooks folder.</summary>
    public const string FolderVariable = "ENTITYSYNC_HOOKS";

    private readonly HookAssemblies _assemblies = new(folder, applicationFolder ?? AppContext.BaseDirectory);

    /// <summary>A new instance of the definition's hook.</summary>
    /// <param name="definition">A definition with a hook.</param>
    /// <exception cref="InvalidRequestException">There is no such hook, or it cannot be made; the message names file, assembly and type, what was found, and the way out.</exception>
    public IEntityHook Load(EntityDefinition definition)
    {
        var hook = definition.Hook ?? throw new ArgumentException($"Entity '{definition.Entity}' has no hook.", nameof(definition));
        try
        {
            return Make(TypeOf(hook), hook);
        }
        catch (HookException exception)
        {
            throw new InvalidRequestException(
                $"{(definition.SourceFile.Length > 0 ? definition.SourceFile : definition.Entity)}: hook: '{hook.Type}' of assembly '{hook.Assembly}' {exception.Message}", exception.InnerException);
        }
    }

    private Type TypeOf(HookDefinition hook)
    {
        var assembly = _assemblies.Load(hook.Assembly);
        try
        {
            if (assembly.GetType(hook.Type) is { } type) return type;
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or TypeLoadException)
        {
            throw new HookException($"cannot be loaded: {exception.Message} Put the assemblies it needs beside '{assembly.Location}'.", exception);
        }

        var hooks = HookAssemblies.HooksOf(assembly);
        var near = DidYouMean.Nearest(hook.Type, hooks) is { } name ? $" Did you mean '{name}'?" : "";
        throw new HookException($"is not in '{assembly.Location}', which has {(hooks.Count == 0 ? "no hooks" : $"the hooks {string.Join(", ", hooks)}")}.{near} 'type' is the full name, with namespace.");
    }

    private static IEntityHook Make(Type type, HookDefinition hook)
    {
        if (type.IsAbstract || type.ContainsGenericParameters) throw new HookException($"is {(type.IsInterface ? "an interface" : type.IsAbstract ? "abstract" : "generic")}: name a class that can be made, one that derives from it.");
        if (!typeof(IEntityHook).IsAssignableFrom(type)) throw new HookException(DescribeStranger(type));
        if (type.GetConstructor(Type.EmptyTypes) is not { } constructor) throw new HookException("has no public constructor without parameters: add one; settings can be read from the environment.");
        try
        {
            return (IEntityHook)constructor.Invoke(System.Reflection.BindingFlags.DoNotWrapExceptions, null, null, null);
        }
        catch (Exception exception)
        {
            var cause = exception is TypeInitializationException { InnerException: { } inner } ? inner : exception;
            throw new HookException($"throws {cause.GetType().Name} when it is made: {cause.Message}", cause);
        }
    }

    private static string DescribeStranger(Type type)
    {
        var another = Array.Find(type.GetInterfaces(), candidate => candidate.FullName == typeof(IEntityHook).FullName);
        return another is null
            ? $"does not implement {nameof(IEntityHook)}: add ': {nameof(IEntityHook)}' (namespace {typeof(IEntityHook).Namespace}) to the class."
            : $"implements the {nameof(IEntityHook)} of another EntitySync.Core ({another.Assembly.GetName().Version}, here it is {typeof(IEntityHook).Assembly.GetName().Version}): build it against this one.";
    }
}

/// <summary>Why a hook cannot be had: the rest of a sentence that begins with its name.</summary>
internal sealed class HookException(string message, Exception? inner = null) : Exception(message, inner);
