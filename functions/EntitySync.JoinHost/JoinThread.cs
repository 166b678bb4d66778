using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.JoinHost.Logging;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// One thread of the container: runs a session, and when it fails waits a little and starts the next from the committed positions.
/// It ends only when it is told to stop.
/// </summary>
internal sealed class JoinThread : IDisposable
{
    private readonly JoinThreadContext _context;
    private readonly ThreadClients _clients;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;
    private volatile bool _abandon;
    private int _failures;

    public JoinThread(int index, string instance, EntitySyncSettings settings, KafkaConnection connection, IReadOnlyList<JoinTopology> topologies, StateGuard guard, JoinHostOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _name = $"join-{index}";
        var logger = loggers.CreateLogger($"EntitySync.JoinHost.{_name}").Within(("thread", index));
        _backoff = new Backoff(options.FirstBackoff, options.LongestBackoff, Random.Shared.NextDouble);
        var isTransactional = settings.JoinProcessingGuarantee == ProcessingGuarantee.ExactlyOnce;
        _context = new JoinThreadContext(index, topologies, guard, options, isTransactional, logger, time, () => _failures = 0);
        _clients = new ThreadClients(settings, connection, options, $"{settings.JoinGroupId}-{instance}-{index}", logger, _context.OnTrouble, time);
    }

    public JoinThreadStatus Status => _context.Status;

    /// <summary>Why it does not work, as far as it is known.</summary>
    public string? Reason => Status.Reason ?? _context.Trouble;

    /// <summary>Why nothing is to be expected of the thread any more; null while it lives.</summary>
    public string? Death => Ended.IsCompleted ? "has ended" : _context.Silence is var silence && silence > _context.Options.HangsAfter ? $"has shown no sign of life for {silence.TotalSeconds:F0} s" : null;

    public IReadOnlyDictionary<string, JoinCounts> Counts => _context.Counts;

    public EntityQueries Queries => _context.Queries;

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { Name = _name, IsBackground = true }.Start();

    /// <param name="abandon">True to drop what is not committed, as a crash would.</param>
    public void Stop(bool abandon)
    {
        _abandon = abandon;
        _stop.Cancel();
    }

    public void Dispose()
    {
        if (Ended.IsCompleted) _stop.Dispose(); // a thread that was left behind still waits on it
    }

    private void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (RunSession() is not { } failure) continue;
            _context.Trace.End(failure.Reason);
            var wait = failure.IsRefusal ? _context.Options.RefusedBackoff : _backoff.Delay(++_failures);
            _context.Logger.Log(
                failure.IsRefusal ? LogLevel.Error : LogLevel.Warning,
                JoinEvents.SessionEnded,
                "{Reason}. Next attempt from the committed positions in {Wait:F1} s", failure.Reason, wait.TotalSeconds);
            _context.Report("waiting", failure.Reason);
            _stop.Token.WaitHandle.WaitOne(wait);
        }

        _context.Report("stopped", null);
        _ended.SetResult();
    }

    /// <returns>Why the session failed; null after a stop.</returns>
    private Failure? RunSession()
    {
        try
        {
            using var session = new JoinSession(_context, _clients);
            session.Run(() => _abandon, _stop.Token);
            return null;
        }
        catch (JoinThreadException failure)
        {
            return new Failure(failure.Message);
        }
        catch (InvalidRequestException refusal)
        {
            // Trying again at once would only fill the memory once more: the numbers must change, or a person must act.
            return new Failure(refusal.Message, IsRefusal: true);
        }
        catch (KafkaException failure)
        {
            var advice = KafkaErrors.Sort(failure.Error) == KafkaErrorAction.Fatal ? " (check credentials, permissions and configuration)" : "";
            return new Failure(KafkaErrors.Describe(failure.Error) + advice);
        }
#pragma warning disable CA1031 // A defect must not end the thread silently: its partitions would stand still while the process looks alive.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            _context.Logger.LogError(JoinEvents.UnexpectedFailure, defect, "Unexpected failure");
            return new Failure($"{defect.GetType().Name}: {defect.Message}");
        }
    }

    /// <param name="Reason">For log and status.</param>
    /// <param name="IsRefusal">Soon is too early for the next attempt.</param>
    private sealed record Failure(string Reason, bool IsRefusal = false);
}
