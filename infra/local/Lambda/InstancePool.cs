using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Local.Lambda;

/// <summary>
/// Instances of one handler class. As in Lambda's execution environments an instance serves one invocation at a time and is used again afterwards;
/// one that timed out is never used again.
/// </summary>
internal sealed class InstancePool(Type type, IServiceProvider services)
{
    private readonly ConcurrentBag<object> _idle = [];

    public object Take() => _idle.TryTake(out var instance) ? instance : Create();

    public void Return(object instance) => _idle.Add(instance);

    // The constructor with the most parameters that the provider can fill: a handler's parameterless one would build its own services from the environment.
    private object Create()
    {
        var known = services.GetRequiredService<IServiceProviderIsService>();
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(candidate => candidate.GetParameters().All(parameter => known.IsService(parameter.ParameterType) || parameter.HasDefaultValue))
            .MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidDataException($"No constructor of {type.FullName} can be filled: it needs a service that is not registered.");
        var arguments = constructor.GetParameters().Select(parameter => services.GetService(parameter.ParameterType) ?? parameter.DefaultValue).ToArray();
        return constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }
}
