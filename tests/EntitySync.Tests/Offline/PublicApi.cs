using System.Reflection;

namespace EntitySync.Tests.Offline;

/// <summary>What a caller of an assembly can see, as sorted lines of text: types, members, signatures, attributes, constants.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Of(Assembly assembly)
    {
        var name = assembly.GetName();
        var metadata = assembly.GetCustomAttributesData().Where(data => data.AttributeType == typeof(AssemblyMetadataAttribute)).Select(data => data.ToString());
        return [$"assembly {name.Name} {name.Version}", .. metadata.Order(StringComparer.Ordinal), .. Of(assembly.GetTypes())];
    }

    public static IReadOnlyList<string> Of(params Type[] types) =>
        [.. types.Where(IsVisible).SelectMany(OfType).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> OfType(Type type)
    {
        var interfaces = type.GetInterfaces().Select(one => one.ToString()).Order(StringComparer.Ordinal);
        yield return $"{type}: {type.Attributes & ~TypeAttributes.BeforeFieldInit} {type.BaseType} [{string.Join(", ", interfaces)}]{Constraints(type)}{Attributes(type)}";
        foreach (var member in type.GetMembers(Declared))
        {
            var text = member switch
            {
                FieldInfo field when IsVisible(field.Attributes) => $"{field.Attributes} {field.FieldType} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
                MethodBase method when IsVisible(method.Attributes) => OfMethod(method),
                PropertyInfo property when property.GetAccessors(nonPublic: true).Any(accessor => IsVisible(accessor.Attributes)) => $"property {property}",
                EventInfo one when one.AddMethod is { } add && IsVisible(add.Attributes) => $"event {one}",
                _ => null,
            };
            if (text is not null)
                yield return $"{type}.{text}{Attributes(member)}";
        }
    }

    private static string OfMethod(MethodBase method)
    {
        var parameters = method.GetParameters().Select(parameter =>
            $"{parameter.ParameterType} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "null"}" : "")}{Attributes(parameter.GetCustomAttributesData())}");
        var result = method is MethodInfo info ? $"{info.ReturnType} " : "";
        var generics = method.IsGenericMethodDefinition ? string.Concat(method.GetGenericArguments().Select(one => $"<{one}{Constraint(one)}>")) : "";
        return $"{method.Attributes} {result}{method.Name}{generics}({string.Join(", ", parameters)})";
    }

    private static string Constraints(Type type) =>
        string.Concat(type.GetGenericArguments().Where(one => one.IsGenericParameter).Select(one => $" where {one}{Constraint(one)}{Attributes(one)}"));

    private static string Constraint(Type parameter) =>
        $": {parameter.GenericParameterAttributes} {string.Join(", ", parameter.GetGenericParameterConstraints().Select(one => one.ToString()).Order(StringComparer.Ordinal))}";

    private static string Attributes(MemberInfo member) => Attributes(member.GetCustomAttributesData());

    // What the compiler adds for itself may change with the compiler.
    private static string Attributes(IEnumerable<CustomAttributeData> attributes) => string.Concat(attributes
        .Where(data => data.AttributeType.Namespace is not ("System.Runtime.CompilerServices" or "System.Diagnostics"))
        .Select(data => $" {data}").Order(StringComparer.Ordinal));

    private static bool IsVisible(Type type) =>
        type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!) : type.IsPublic;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
}
