using System.Runtime.InteropServices;

namespace EntitySync.Local.Kafka;

/// <summary>The part of librdkafka's C API that makes and steers its mock cluster (rdkafka.h, rdkafka_mock.h).</summary>
internal sealed unsafe class MockClusterApi(nint library)
{
    private readonly delegate* unmanaged<nint> _confNew = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "rd_kafka_conf_new");
    private readonly delegate* unmanaged<nint, byte*, byte*, byte*, nuint, int> _confSet = (delegate* unmanaged<nint, byte*, byte*, byte*, nuint, int>)NativeLibrary.GetExport(library, "rd_kafka_conf_set");
    private readonly delegate* unmanaged<int, nint, byte*, nuint, nint> _new = (delegate* unmanaged<int, nint, byte*, nuint, nint>)NativeLibrary.GetExport(library, "rd_kafka_new");
    private readonly delegate* unmanaged<nint, void> _destroy = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "rd_kafka_destroy");
    private readonly delegate* unmanaged<nint, int, nint> _clusterNew = (delegate* unmanaged<nint, int, nint>)NativeLibrary.GetExport(library, "rd_kafka_mock_cluster_new");
    private readonly delegate* unmanaged<nint, void> _clusterDestroy = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "rd_kafka_mock_cluster_destroy");
    private readonly delegate* unmanaged<nint, byte*> _bootstraps = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "rd_kafka_mock_cluster_bootstraps");
    private readonly delegate* unmanaged<nint, byte*, int, int, int> _topicCreate = (delegate* unmanaged<nint, byte*, int, int, int>)NativeLibrary.GetExport(library, "rd_kafka_mock_topic_create");
    private readonly delegate* unmanaged<nint, int, void> _rebalanceDelay = (delegate* unmanaged<nint, int, void>)NativeLibrary.GetExport(library, "rd_kafka_mock_group_initial_rebalance_delay_ms");
    private readonly delegate* unmanaged<nint, short, nuint, int*, void> _pushErrors = (delegate* unmanaged<nint, short, nuint, int*, void>)NativeLibrary.GetExport(library, "rd_kafka_mock_push_request_errors_array");
    private readonly delegate* unmanaged<nint, int, int> _brokerDown = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(library, "rd_kafka_mock_broker_set_down");
    private readonly delegate* unmanaged<nint, int, int> _brokerUp = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(library, "rd_kafka_mock_broker_set_up");
    private readonly delegate* unmanaged<nint, byte*, int, int, int> _setLeader = (delegate* unmanaged<nint, byte*, int, int, int>)NativeLibrary.GetExport(library, "rd_kafka_mock_partition_set_leader");
    private readonly delegate* unmanaged<nint, int, int, int> _setRoundTrip = (delegate* unmanaged<nint, int, int, int>)NativeLibrary.GetExport(library, "rd_kafka_mock_broker_set_rtt");

    private const int Producer = 0;

    /// <summary>A bare producer instance: the mock cluster needs one to live in.</summary>
    public nint NewInstance()
    {
        var message = stackalloc byte[512];
        var configuration = _confNew();
        // It connects to nobody itself: only errors are worth a line.
        fixed (byte* name = "log_level\0"u8, value = "3\0"u8) _confSet(configuration, name, value, message, 512);
        var instance = _new(Producer, configuration, message, 512);
        return instance != 0 ? instance : throw new InvalidOperationException($"rd_kafka_new failed: {Marshal.PtrToStringUTF8((nint)message)}");
    }

    public void DestroyInstance(nint instance) => _destroy(instance);

    public nint NewCluster(nint instance, int brokers)
    {
        var cluster = _clusterNew(instance, brokers);
        return cluster != 0 ? cluster : throw new InvalidOperationException("rd_kafka_mock_cluster_new failed.");
    }

    public void DestroyCluster(nint cluster) => _clusterDestroy(cluster);

    public string BootstrapServers(nint cluster) => Marshal.PtrToStringUTF8((nint)_bootstraps(cluster))!;

    public void CreateTopic(nint cluster, string topic, int partitions, int replicas)
    {
        var name = Marshal.StringToCoTaskMemUTF8(topic);
        try
        {
            Check(_topicCreate(cluster, (byte*)name, partitions, replicas), $"create topic {topic}");
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    public void SetInitialRebalanceDelay(nint cluster, int milliseconds) => _rebalanceDelay(cluster, milliseconds);

    public void PushRequestErrors(nint cluster, short apiKey, ReadOnlySpan<int> errors)
    {
        fixed (int* first = errors) _pushErrors(cluster, apiKey, (nuint)errors.Length, first);
    }

    public void SetBrokerDown(nint cluster, int broker) => Check(_brokerDown(cluster, broker), $"set broker {broker} down");

    public void SetBrokerUp(nint cluster, int broker) => Check(_brokerUp(cluster, broker), $"set broker {broker} up");

    public void SetRoundTrip(nint cluster, int broker, int milliseconds) => Check(_setRoundTrip(cluster, broker, milliseconds), $"set round trip of broker {broker}");

    public void SetLeader(nint cluster, string topic, int partition, int broker)
    {
        var name = Marshal.StringToCoTaskMemUTF8(topic);
        try
        {
            Check(_setLeader(cluster, (byte*)name, partition, broker), $"set leader of {topic}-{partition}");
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0) throw new InvalidOperationException($"The mock cluster could not {what}: {new Confluent.Kafka.Error((Confluent.Kafka.ErrorCode)error).Reason}");
    }
}
