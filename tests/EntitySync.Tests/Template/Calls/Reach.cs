using System.Reflection;
using System.Runtime.CompilerServices;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Functions;

namespace EntitySync.Tests.Template.Calls;

/// <param name="Method">A method of the SDK, of a setting, or of ours.</param>
/// <param name="Port">Our class behind an interface of ours from which it was called, e.g. <c>DynamoDbFeedPages</c>; null for none.</param>
internal sealed record ReachedMethod(MethodBase Method, Type? Port);

/// <summary>
/// All that a handler can come to call, read out of the compiled assemblies: its own calls, those of what it calls, and so on. What cannot be told from the instructions is taken for granted, so that
/// nothing is missed: a call of an interface reaches every class of ours that implements it; a class that is used has been constructed, by its constructors and by the factories of <c>Startup</c>; what
/// it overrides of others' types is called by those.
/// </summary>
internal sealed class Reach
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly HashSet<Assembly> Ours = [typeof(Startup).Assembly, typeof(EntitySyncSettings).Assembly, typeof(EntityDefinition).Assembly];
    private static readonly List<Type> Types = [.. Ours.SelectMany(assembly => assembly.GetTypes())];
    private static readonly ILookup<MethodBase, MethodBase> Implementations = Types.Where(type => !type.IsInterface).SelectMany(Implemented).ToLookup(pair => pair.Declared, pair => pair.Implementation);
    private static readonly ILookup<Type, MethodBase> Factories = Types.Where(IsOfStartup).SelectMany(type => type.GetMethods(Everything))
        .SelectMany(method => MethodCalls.Of(method).Where(called => called.IsConstructor && IsOurs(called.DeclaringType!)).Select(called => (called.DeclaringType, method)))
        .ToLookup(pair => pair.DeclaringType!, pair => (MethodBase)pair.method);

    private readonly HashSet<ReachedMethod> _reached = [];
    private readonly Stack<ReachedMethod> _open = new();
    private readonly HashSet<(Type Type, Type? Port)> _used = [];

    private Reach()
    {
    }

    /// <summary>What Lambda's call of a handler can come to, from its constructor without parameters on.</summary>
    public static IReadOnlySet<ReachedMethod> From(Type handler)
    {
        var reach = new Reach();
        reach.Add(handler.GetMethod("HandleAsync")!, null);
        while (reach._open.TryPop(out var next)) reach.Follow(next);
        return reach._reached;
    }

    private void Follow(ReachedMethod reached)
    {
        var (method, port) = reached;
        if (!IsOurs(method.DeclaringType!) || IsRegistration(method.DeclaringType!)) return;
        Use(method.DeclaringType!, port);
        foreach (var implementation in Implementations[method]) Add(implementation, port);
        foreach (var called in MethodCalls.Of(method)) Add(called, port);
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
        {
            foreach (var step in machine.StateMachineType.GetMethods(Everything)) Add(step, port);
        }
    }

    private void Use(Type type, Type? port)
    {
        if (!_used.Add((type, port))) return;
        foreach (var constructor in type.GetConstructors(Everything)) Add(constructor, port);
        foreach (var factory in Factories[type]) Add(factory, null);
        foreach (var overriding in type.GetMethods(Everything).Where(IsCalledByOthers)) Add(overriding, port);
    }

    private void Add(MethodBase method, Type? port)
    {
        var reached = new ReachedMethod(method, PortOf(method.DeclaringType!) ?? port);
        if (_reached.Add(reached)) _open.Push(reached);
    }

    // Helpers that several ports share, closures and state machines, belong to the port that they work for.
    private static Type? PortOf(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type.Assembly == typeof(EntitySyncSettings).Assembly && type.GetInterfaces().Any(IsOurs) ? type : null;
    }

    private static bool IsOurs(Type type) => Ours.Contains(type.Assembly);

    // It names the factories of all functions; which of them run is told by what is used.
    private static bool IsRegistration(Type type) =>
        type == typeof(Startup) || (type.Assembly == typeof(Startup).Assembly && type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Services", StringComparison.Ordinal));

    private static bool IsOfStartup(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return IsRegistration(type);
    }

    // Not the text, hash and equality of each type: nobody calls them for what is asked here, and a record's text reads every property.
    private static bool IsCalledByOthers(MethodInfo method) =>
        method is { IsVirtual: true, IsAbstract: false, Name: not ("ToString" or "Equals" or "GetHashCode" or "PrintMembers") } && !IsOurs(method.GetBaseDefinition().DeclaringType!)
        || (method is { IsVirtual: true, IsAbstract: false } && OthersInterfaces(method));

    private static bool OthersInterfaces(MethodInfo method)
    {
        var type = method.DeclaringType!;
        if (type.IsInterface) return false;
        return type.GetInterfaces().Where(contract => !IsOurs(contract) && !contract.Name.StartsWith("IEquatable", StringComparison.Ordinal))
            .Any(contract => type.GetInterfaceMap(contract).TargetMethods.Contains(method));
    }

    private static IEnumerable<(MethodBase Declared, MethodBase Implementation)> Implemented(Type type)
    {
        foreach (var contract in type.GetInterfaces().Where(IsOurs))
        {
            var map = type.GetInterfaceMap(contract);
            for (var index = 0; index < map.InterfaceMethods.Length; index++)
            {
                if (map.TargetMethods[index] is { } target) yield return (MethodCalls.Declared(map.InterfaceMethods[index]), MethodCalls.Declared(target));
            }
        }

        foreach (var method in type.GetMethods(Everything).Where(method => method.IsVirtual && method.GetBaseDefinition() != method && IsOurs(method.GetBaseDefinition().DeclaringType!)))
            yield return (MethodCalls.Declared(method.GetBaseDefinition()), method);
    }
}
