using System.Reflection;
using System.Reflection.Emit;

namespace EntitySync.Tests.Template.Calls;

/// <summary>The methods that a method's instructions name: called, constructed, or made a delegate of.</summary>
internal static class MethodCalls
{
    private const byte TwoBytes = 0xFE;

    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>Each once, generic ones as they are declared.</summary>
    public static IReadOnlyCollection<MethodBase> Of(MethodBase method)
    {
        var found = new HashSet<MethodBase>();
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } bytes) return found;
        for (var at = 0; at < bytes.Length;)
        {
            int value = bytes[at++];
            if (value == TwoBytes) value = (TwoBytes << 8) | bytes[at++];
            var code = Codes[value];
            if (code.OperandType == OperandType.InlineMethod) found.Add(Resolve(method, BitConverter.ToInt32(bytes, at)));
            at += Size(code, bytes, at);
        }

        return found;
    }

    /// <summary>The method as its type declares it, without the arguments of a generic use.</summary>
    public static MethodBase Declared(MethodBase method) => method.Module.ResolveMethod(method.MetadataToken)!;

    private static MethodBase Resolve(MethodBase user, int token)
    {
        var ofType = user.DeclaringType!.IsGenericType ? user.DeclaringType.GetGenericArguments() : null;
        var ofMethod = user.IsGenericMethod ? user.GetGenericArguments() : null;
        var method = user.Module.ResolveMethod(token, ofType, ofMethod)!;
        return method.DeclaringType is { IsArray: true } ? method : Declared(method);
    }

    private static int Size(OpCode code, byte[] bytes, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(bytes, at)),
        _ => 4,
    };
}
