using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Hooks;
using EntitySync.Testing;
using EntitySync.Tests.Enrichment;

namespace EntitySync.Tests.Hooks;

/// <summary>What becomes of a document by what its hook answers, writes or throws.</summary>
public sealed class HookOutcomeTests
{
    private const string Root = """{"sku":"A","deliveryClasses":["x"]}""";
    private const string Joined = """{"sku":"A","deliveryClasses":["x"],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""";

    private static readonly EntityDefinition Item = SampleDefinitions.Item() with { Hook = new HookDefinition("Acme.Hooks", "Acme.Hooks.Rounding") };

    private readonly InMemoryReferenceTables _tables = new();

    public HookOutcomeTests() => _tables.Put("delivery-classes", "x", """{"minimumTime":1,"maximumTime":2}""");

    [Fact]
    public void Hook_GetsEntityKeyAndJoinedDocument()
    {
        var seen = new List<string>();
        Run((in input, _) =>
        {
            seen.Add($"{input.Entity} {input.HasKey} {Encoding.UTF8.GetString(input.Key)} {Encoding.UTF8.GetString(input.Document)}");
            return HookResult.Unchanged;
        }).ShouldBe((EnrichmentOutcome.Emitted, Joined));
        seen.ShouldBe([$"item True A {Joined}"]);
    }

    [Fact]
    public void Unchanged_LeavesOutWhatWasWritten() => Run((in _, output) =>
    {
        output.Json.WriteStartObject();
        return HookResult.Unchanged;
    }).ShouldBe((EnrichmentOutcome.Emitted, Joined));

    [Fact]
    public void WrittenByJson_NeedsNoFlushAndKeepsText() => Run((in _, output) =>
    {
        output.Json.WriteStartObject();
        output.Json.WriteString("é", "<ü>");
        output.Json.WriteEndObject();
        return HookResult.Written;
    }).ShouldBe((EnrichmentOutcome.Emitted, """{"é":"<ü>"}"""));

    [Fact]
    public void WrittenBytes_AreTheOutput() => Run(ScriptedHook.Writing(" {\"a\": 1.50}\n"u8.ToArray())).ShouldBe((EnrichmentOutcome.Emitted, " {\"a\": 1.50}\n"));

    [Fact]
    public void Dropped_IsDropped() => Run((in _, _) => HookResult.Dropped).ShouldBe((EnrichmentOutcome.Dropped, null));

    [Fact]
    public void Rejected_CarriesTheHookAndItsReason() =>
        Run((in _, _) => HookResult.Rejected("price below zero")).ShouldBe((EnrichmentOutcome.Rejected("hook 'Acme.Hooks.Rounding': price below zero"), null));

    [Fact]
    public void LongReason_IsCut()
    {
        var (outcome, _) = Run((in _, _) => HookResult.Rejected(new string('x', 10_000)));
        outcome.Reason.ShouldBe($"hook 'Acme.Hooks.Rounding': {new string('x', 200)}…");
    }

    [Fact]
    public void Exception_IsRejectedWithItsMessage() =>
        Run((in _, _) => throw new InvalidOperationException("no rate for 'CHF'")).ShouldBe((EnrichmentOutcome.Rejected("hook 'Acme.Hooks.Rounding': no rate for 'CHF'"), null));

    [Fact]
    public void ExceptionWithoutMessage_IsNamed() =>
        Run((in _, _) => throw new InvalidOperationException("")).Outcome.Reason.ShouldBe("hook 'Acme.Hooks.Rounding': InvalidOperationException");

    [Theory]
    [InlineData("", "it says that it wrote the output, and has written nothing")]
    [InlineData("[]", "the output is an array, one object is expected")]
    [InlineData("null", "the output is null, one object is expected")]
    [InlineData("{\"a\":1", "the output is not valid JSON at byte 6: ")]
    [InlineData("{\"a\":01}", "the output is not valid JSON at byte 5: ")]
    [InlineData("{} {}", "the output is not valid JSON at byte 3: ")]
    [InlineData("  ", "the output is not valid JSON at byte 2: ")]
    public void OutputThatIsNotOneObject_IsRejected(string output, string problem)
    {
        var (outcome, document) = Run(ScriptedHook.Writing(Encoding.UTF8.GetBytes(output)));
        outcome.Kind.ShouldBe(EnrichmentKind.Rejected);
        outcome.Reason.ShouldNotBeNull().ShouldStartWith($"hook 'Acme.Hooks.Rounding': {problem}");
        document.ShouldBeNull();
    }

    [Fact]
    public void InvalidUtf8_IsRejected() =>
        Run(ScriptedHook.Writing([.. "{\"a\":\""u8, 0xff, .. "\"}"u8])).Outcome.ShouldBe(EnrichmentOutcome.Rejected("hook 'Acme.Hooks.Rounding': the output is not valid UTF-8"));

    [Fact]
    public void TooDeepOutput_IsRejected()
    {
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 65)) + "1" + new string('}', 65));
        Run(ScriptedHook.Writing(deep)).Outcome.Reason.ShouldNotBeNull().ShouldContain("the output is not valid JSON");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OutputOverTheLimit_IsRejectedWhateverTheHookDoesAboutIt(bool catches)
    {
        var limits = new EnrichmentLimits { MaximumOutputBytes = 1000 };
        Run(
            (in _, output) =>
            {
                try
                {
                    output.Json.WriteStartObject();
                    output.Json.WriteString("long", new string('x', 2000));
                    output.Json.WriteEndObject();
                    output.Json.Flush();
                }
                catch (InvalidOperationException) when (catches)
                {
                }

                return HookResult.Written;
            },
            limits).Outcome.ShouldBe(EnrichmentOutcome.Rejected("hook 'Acme.Hooks.Rounding': the output has more than 1000 bytes"));
    }

    [Fact]
    public void DocumentAfterADisposedWriterAndAnException_IsWrittenAsEver()
    {
        var enricher = Enricher.Compile(Item, hooks: _ => new ScriptedHook((in input, output) =>
        {
            using var json = output.Json;
            json.WriteStartObject();
            if (input.Key.SequenceEqual("2"u8)) throw new InvalidOperationException("two");
            json.WriteBase64String("key", input.Key);
            json.WriteEndObject();
            return HookResult.Written;
        }));
        var buffer = new EnrichmentBuffer();
        var outputs = new List<string>();
        foreach (var key in new[] { "1", "2", "3" })
        {
            var root = Encoding.UTF8.GetBytes($$"""{"sku":"{{key}}"}""");
            var start = buffer.OutputLength;
            enricher.Scan(Encoding.UTF8.GetBytes(key), root, buffer, out var scan).ShouldBe(EnrichmentOutcome.NeedsRows);
            var outcome = enricher.Splice(Encoding.UTF8.GetBytes(key), root, scan, buffer);
            outputs.Add(outcome.Reason ?? Encoding.UTF8.GetString(buffer.OutputSlice(start, buffer.OutputLength - start).Span));
        }

        outputs.ShouldBe(["""{"key":"MQ=="}""", "hook 'Acme.Hooks.Rounding': two", """{"key":"Mw=="}"""]);
    }

    [Fact]
    public void RootThatIsDroppedOrRejectedBefore_DoesNotReachTheHook()
    {
        var strict = Item with { Relations = [Item.Relations[0] with { Missing = new MissingRule(MissingAction.Drop, []) }] };
        var hook = new ScriptedHook((in _, _) => throw new InvalidOperationException("called"));
        OneDocument.Enrich(strict, "A", """{"sku":"A","deliveryClasses":["unknown"]}""", _tables, hook: hook).ShouldBe((EnrichmentOutcome.Dropped, null));
        OneDocument.Enrich(strict, "B", Root, _tables, hook: hook).Outcome.Reason.ShouldNotBeNull().ShouldStartWith("key differs");
    }

    [Fact]
    public void CompiledWithoutHooks_CannotRun() =>
        Should.Throw<InvalidOperationException>(() => OneDocument.Enrich(Item, "A", Root, _tables)).Message
            .ShouldBe("Entity 'item' has the hook 'Acme.Hooks.Rounding', and its joins were built without hooks: give them a HookLoader.");

    [Fact]
    public void JoinedRelationsBeforeLookups_RunNoHook()
    {
        var made = 0;
        var lookups = Enricher.Compile(Item, hooks: _ => Made());
        var before = Enricher.CompileJoined(Item, hooks: _ => Made());
        made.ShouldBe(1, $"{lookups.Relations.Length} lookups, {before.Relations.Length} before them");

        IEntityHook Made()
        {
            made++;
            return new ScriptedHook((in _, _) => HookResult.Dropped);
        }
    }

    [Fact]
    public void Example_AllocatesItsTextOnlyOnceWarm()
    {
        var enricher = Enricher.Compile(Item, hooks: _ => new EntitySync.Hooks.DeliveryPromise());
        var row = PreparedRow.Prepare(enricher.Relations[0], _tables.Find("delivery-classes", "x")!);
        var root = Encoding.UTF8.GetBytes(Root);
        var buffer = new EnrichmentBuffer();
        Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Once();
        ((GC.GetAllocatedBytesForCurrentThread() - before) / 1000).ShouldBeLessThan(100, "bytes a document");
        Encoding.UTF8.GetString(buffer.OutputSlice(0, buffer.OutputLength).Span).ShouldBe(Joined[..^1] + ""","deliveryPromise":"1 to 2 days"}""");

        void Once()
        {
            buffer.Clear();
            enricher.Scan("A"u8, root, buffer, out var scan);
            buffer.SetRow(scan, 0, row);
            enricher.Splice("A"u8, root, scan, buffer);
        }
    }

    private (EnrichmentOutcome Outcome, string? Output) Run(ScriptedHook.Script script, EnrichmentLimits? limits = null) => Run(new ScriptedHook(script), limits);

    private (EnrichmentOutcome Outcome, string? Output) Run(IEntityHook hook, EnrichmentLimits? limits = null) => OneDocument.Enrich(Item, "A", Root, _tables, limits, hook);
}
