using EntitySync.Core.State;
using EntitySync.JoinHost.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.JoinHost;

public sealed class JsonLineFormatterTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Line_HasEventScopesAndValuesOfItsOwn()
    {
        var lines = new LineLogger();
        var logger = lines.Within(("thread", 2)).Within(("entity", "item"), ("partition", 7));
        logger.LogWarning(new EventId(9, "Odd"), "{Position} of \"{Key}\" in {Seconds} s", new Position("items", 7, 12), "é<", 1.5);

        lines.Text.ShouldBe(
            """
            {"timestamp":"2026-01-02T03:04:05Z","level":"WARN","logger":"test","event":"Odd","entity":"item","partition":7,"thread":2,
            "message":"items-7@12 of \"é<\" in 1.5 s","template":"{Position} of \"{Key}\" in {Seconds} s",
            "values":{"Position":"items-7@12","Key":"é<","Seconds":1.5}}
            """.ReplaceLineEndings("") + "\n");
    }

    [Fact]
    public void PlainLine_HasNoEmptyMembers()
    {
        var lines = new LineLogger();
        lines.LogInformation("Ready");
        lines.Text.ShouldBe("""{"timestamp":"2026-01-02T03:04:05Z","level":"INFO","logger":"test","message":"Ready","template":"Ready"}""" + "\n");
    }

    [Fact]
    public void LineBreaks_StayInOneLine()
    {
        var lines = new LineLogger();
        lines.LogError(new InvalidOperationException("a\nb"), "two\nlines");
        lines.Text.Count(character => character == '\n').ShouldBe(1);
        lines.Text.ShouldContain("System.InvalidOperationException: a\\nb");
    }

    private sealed class LineLogger : ILogger
    {
        private readonly StringWriter _text = new() { NewLine = "\n" };
        private readonly LoggerExternalScopeProvider _scopes = new();
        private readonly JsonLineFormatter _formatter = new(new FixedClock());

        public string Text => _text.ToString();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _formatter.Write(new LogEntry<TState>(logLevel, "test", eventId, state, exception, formatter), _scopes, _text);
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
