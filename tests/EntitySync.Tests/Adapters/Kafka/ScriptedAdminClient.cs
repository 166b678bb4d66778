using System.Reflection;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;

namespace EntitySync.Tests.Adapters.Kafka;

/// <summary>A client of the Kafka library whose answers a test gives, by the name of the call.</summary>
#pragma warning disable CA1852 // The proxy is a subclass that is made while the test runs.
internal class ScriptedAdminClient : DispatchProxy
#pragma warning restore CA1852
{
    private readonly Dictionary<string, Func<object?[], object?>> _answers = new(StringComparer.Ordinal);

    public static (IAdminClients Clients, ScriptedAdminClient Script) Make()
    {
        var client = Create<IAdminClient, ScriptedAdminClient>();
        return (new One(client), (ScriptedAdminClient)(object)client);
    }

    /// <summary>What is thrown by <paramref name="answer"/> is thrown by the call.</summary>
    public void On(string call, Func<object?[], object?> answer) => _answers[call] = answer;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answers[targetMethod!.Name](args!);

    private sealed class One(IAdminClient client) : IAdminClients
    {
        public IAdminClient Current() => client;

        public void Dispose()
        {
        }
    }
}
