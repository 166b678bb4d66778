using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Adapters.Kafka.Credentials;

/// <summary>
/// A secret as it was last read. It is read when it is first wanted, and again when what it says was refused, but not more often than once a minute: a wrong
/// password must not become a flood of calls. Its text never reaches a log line or an exception.
/// </summary>
/// <param name="variable">Where its ARN came from, for messages.</param>
/// <param name="arn">The secret.</param>
/// <param name="parse">Makes a value of its text; throws <see cref="FormatException"/>, whose message tells what is expected and nothing of the text.</param>
/// <param name="reader">Reads it.</param>
/// <param name="time">Measures the minute.</param>
/// <param name="logger">Told of renewals.</param>
internal sealed class CachedSecret<T>(string variable, string arn, Func<string, T> parse, ISecretReader reader, TimeProvider time, ILogger logger)
    where T : class
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private string? _text;
    private T? _value;
    private long _readAt;
    private int _version;

    /// <summary>Grows with each change that was seen after the first reading.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Reads it when it has never been read.</summary>
    /// <exception cref="TransientException">Secrets Manager cannot be reached or is busy.</exception>
    /// <exception cref="InvalidRequestException">It cannot be read or is not what is expected.</exception>
    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (_value is null) Read_NeedsLock();
                return _value!;
            }
        }
    }

    /// <summary>Reads it again unless that was tried within the last minute. What cannot be read or used leaves the old value in place.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            if (_value is null || time.GetElapsedTime(_readAt) < Pause) return;
            try
            {
                var before = _version;
                Read_NeedsLock();
                if (_version != before) logger.LogInformation("The secret of {Variable} has changed and was read again", variable);
            }
            catch (EntitySyncException problem)
            {
                logger.LogWarning("The secret of {Variable} stays as it was: {Problem}", variable, problem.Message);
            }
        }
    }

    private void Read_NeedsLock()
    {
        _readAt = time.GetTimestamp();
        var text = reader.Read(arn);
        if (text == _text) return;
        try
        {
            _value = parse(text);
        }
        catch (FormatException problem)
        {
            throw new InvalidRequestException($"The secret of {variable} ({arn}) is not usable: {problem.Message}"); // no inner exception: it might repeat the text
        }

        if (_text is not null) _version++;
        _text = text;
    }
}
