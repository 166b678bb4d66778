using System.Reflection;
using System.Runtime.Loader;

namespace EntitySync.Core.Hooks;

/// <summary>The assemblies that hooks come from.</summary>
internal sealed class HookAssemblies(string? folder, string applicationFolder)
{
    private readonly Dictionary<string, FolderContext> _contexts = new(StringComparer.Ordinal);

    /// <exception cref="HookException">It is not there, or is no assembly that can be loaded.</exception>
    public Assembly Load(string name)
    {
        try
        {
            return Find(name) ?? throw new HookException(DescribeAbsent(name));
        }
        catch (Exception exception) when (exception is BadImageFormatException or FileLoadException)
        {
            throw new HookException($"cannot be loaded: {exception.Message}", exception);
        }
    }

    /// <summary>Full names of the hooks in an assembly, for messages: those whose assemblies can all be found.</summary>
    public static IReadOnlyList<string> HooksOf(Assembly assembly)
    {
        Type?[] types;
        try
        {
            types = assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            types = exception.Types;
        }

        return [.. types.Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IEntityHook).IsAssignableFrom(type)).Select(type => type!.FullName!).Order(StringComparer.Ordinal)];
    }

    // The hooks folder first: who sets it means it.
    private Assembly? Find(string name) => (folder is null ? null : InFolder(folder, name)) ?? FolderContext.InApplication(new AssemblyName(name)) ?? InFolder(applicationFolder, name);

    private Assembly? InFolder(string place, string name)
    {
        var full = Path.GetFullPath(place);
        var file = Path.Combine(full, name + ".dll");
        if (!File.Exists(file)) return null;
        if (!_contexts.TryGetValue(full, out var context)) _contexts[full] = context = new FolderContext(full);
        return context.LoadFromAssemblyPath(file);
    }

    private string DescribeAbsent(string name)
    {
        var places = folder is null ? [applicationFolder] : new[] { folder, applicationFolder };
        var missing = Array.Find(places, place => !Directory.Exists(place)) is { } absent ? $" (there is no folder '{absent}')" : "";
        return $"is not there: no file '{name}.dll' in {string.Join(" or ", places.Select(place => $"'{place}'"))}{missing}. "
            + $"Put the class into the project EntitySync.Hooks (the default assembly), or the assembly into the folder that {HookLoader.FolderVariable} names.";
    }

    /// <summary>
    /// Loads what stands in one folder. What the application has, EntitySync.Core before all, is the application's, though there may be a copy in the folder: a hook that
    /// implemented the copy's interface would be none.
    /// </summary>
    private sealed class FolderContext(string folder) : AssemblyLoadContext($"hooks of {folder}")
    {
        public static Assembly? InApplication(AssemblyName name)
        {
            try
            {
                return Default.LoadFromAssemblyName(name);
            }
            catch (IOException)
            {
                return null; // not there (FileNotFoundException), or of an older version than is asked for (FileLoadException)
            }
        }

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (InApplication(assemblyName) is { } shared) return shared;
            var file = Path.Combine(folder, assemblyName.Name + ".dll");
            return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
        }
    }
}
