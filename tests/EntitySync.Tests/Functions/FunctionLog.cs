using System.Text;
using EntitySync.Functions;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Functions;

/// <summary>What functions write to their output, with a clock that stands still.</summary>
internal sealed class FunctionLog : IDisposable
{
    private readonly Lines _output = new();
    private readonly JsonLineLoggerProvider _provider;
    private readonly LoggerFactory _factory;

    public FunctionLog()
    {
        _provider = new JsonLineLoggerProvider(_output, Clock);
        _factory = new LoggerFactory([_provider]);
    }

    public TestClock Clock { get; } = new();

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<string> All => Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How often the output was written to, and flushed.</summary>
    public (int Writes, int Flushes) Calls => (_output.Writes, _output.Flushes);

    public bool IsClosed => _output.IsClosed;

    public ILogger<T> Logger<T>() => new Logger<T>(_factory);

    public void Dispose() => _factory.Dispose();

    private sealed class Lines : MemoryStream
    {
        public int Writes { get; private set; }

        public int Flushes { get; private set; }

        public bool IsClosed { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Writes++;
            base.Write(buffer);
        }

        public override void Flush() => Flushes++;

        public override void Close() => IsClosed = true;
    }
}
