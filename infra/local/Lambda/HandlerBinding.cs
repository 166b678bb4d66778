using System.Reflection;
using Amazon.Lambda.Core;

namespace EntitySync.Local.Lambda;

/// <summary>
/// A handler string bound to its class and method, as the managed runtime does: the event is read and the answer written with the serializer
/// that the method's or the assembly's <see cref="LambdaSerializerAttribute"/> names.
/// </summary>
public sealed class HandlerBinding
{
    private static readonly MethodInfo DeserializeMethod = typeof(ILambdaSerializer).GetMethod(nameof(ILambdaSerializer.Deserialize))!;
    private static readonly MethodInfo SerializeMethod = typeof(ILambdaSerializer).GetMethod(nameof(ILambdaSerializer.Serialize))!;

    private readonly MethodInfo _method;
    private readonly ILambdaSerializer? _serializer;

    private HandlerBinding(Type type, MethodInfo method)
    {
        Type = type;
        _method = method;
        var attribute = method.GetCustomAttribute<LambdaSerializerAttribute>() ?? type.Assembly.GetCustomAttribute<LambdaSerializerAttribute>();
        _serializer = attribute is null ? null : (ILambdaSerializer)Activator.CreateInstance(attribute.SerializerType)!;
    }

    public Type Type { get; }

    /// <param name="handler"><c>Assembly::Namespace.Type::Method</c></param>
    /// <exception cref="InvalidDataException">There is no such assembly, public class or public method; the message says which.</exception>
    public static HandlerBinding Resolve(string handler)
    {
        if (handler.Split("::") is not [var assemblyName, var typeName, var methodName]) throw new InvalidDataException($"Handler '{handler}' is not Assembly::Type::Method.");
        var type = Find(assemblyName)?.GetType(typeName);
        if (type is not { IsClass: true, IsAbstract: false, IsVisible: true }) throw new InvalidDataException($"Handler '{handler}': {assemblyName} has no public class {typeName}.");
        var methods = type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.Name == methodName).ToList();
        return methods is [var only]
            ? new HandlerBinding(type, only)
            : throw new InvalidDataException($"Handler '{handler}': {type.Name} has {methods.Count} public methods {methodName}, one is needed.");
    }

    /// <summary>Calls the handler. Its own exceptions come out as they are.</summary>
    public async Task<byte[]> InvokeAsync(object instance, ReadOnlyMemory<byte> payload, ILambdaContext context)
    {
        var arguments = _method.GetParameters().Select(parameter => Argument(parameter.ParameterType, payload, context)).ToArray();
        var returned = _method.Invoke(instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        if (returned is not Task task) return Serialize(_method.ReturnType, returned);
        await task;
        return task.GetType() is { IsGenericType: true } type && _method.ReturnType != typeof(Task)
            ? Serialize(_method.ReturnType.GetGenericArguments()[0], type.GetProperty(nameof(Task<object>.Result))!.GetValue(task))
            : "null"u8.ToArray();
    }

    private static Assembly? Find(string name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private object? Argument(Type type, ReadOnlyMemory<byte> payload, ILambdaContext context)
    {
        if (type == typeof(ILambdaContext)) return context;
        var stream = new MemoryStream(payload.ToArray(), writable: false);
        return type == typeof(Stream) ? stream : DeserializeMethod.MakeGenericMethod(type).Invoke(Serializer(), BindingFlags.DoNotWrapExceptions, null, [stream], null);
    }

    private byte[] Serialize(Type type, object? value)
    {
        if (type == typeof(void)) return "null"u8.ToArray();
        using var stream = new MemoryStream();
        if (value is Stream raw) raw.CopyTo(stream);
        else SerializeMethod.MakeGenericMethod(type).Invoke(Serializer(), BindingFlags.DoNotWrapExceptions, null, [value, stream], null);
        return stream.ToArray();
    }

    private ILambdaSerializer Serializer() => _serializer ?? throw new InvalidDataException($"{Type.FullName} takes or gives an object, but its assembly names no LambdaSerializer.");
}
