namespace EntitySync.Tests.Reconciliation;

public sealed class BadMessageTests
{
    private readonly ReconciliationRig _rig = new();

    [Theory]
    [InlineData("nonsense", "the message is not JSON: line 1, byte 2")]
    [InlineData("", "the value is empty")]
    [InlineData("[]", "the message is an array, one object is expected")]
    [InlineData("""{"products":[{"id":"p1"}]}""", "the message has no value in 'orderId', its key")]
    [InlineData("""{"orderId":null,"products":[{"id":"p1"}]}""", "the message has no value in 'orderId', its key")]
    [InlineData("""{"orderId":"","products":[{"id":"p1"}]}""", "the key 'orderId' is empty")]
    [InlineData("""{"orderId":true,"products":[{"id":"p1"}]}""", "'orderId' is a boolean; a string or a number is expected")]
    [InlineData("""{"orderId":"a","orderId":"b","products":[{"id":"p1"}]}""", "property 'orderId' appears twice")]
    [InlineData("""{"orderId":"\ud800","products":[{"id":"p1"}]}""", "'orderId' has half a surrogate pair in its text")]
    [InlineData("""{"orderId":"o-1"}""", "'products[].id' has no value: the message expects nothing")]
    [InlineData("""{"orderId":"o-1","products":[]}""", "'products[].id' has no value: the message expects nothing")]
    [InlineData("""{"orderId":"o-1","products":{"id":"p1"}}""", "'products' is an object; an array is expected")]
    [InlineData("""{"orderId":"o-1","products":["p1"]}""", "'products[]' is a string; an object is expected")]
    [InlineData("""{"orderId":"o-1","products":[{"id":"p1"},{"sku":"p2"}]}""", "element 1 of 'products' has no value in 'products[].id'")]
    [InlineData("""{"orderId":"o-1","products":[{"id":{}}]}""", "'products[].id' is an object; a string or a number is expected")]
    [InlineData("""{"orderId":"o-1","products":[{"id":"p1"}]} x""", "the message is not JSON: line 1, byte 44")]
    public async Task BadOrder_IsDeadLetteredAndTheOthersGoOn(string value, string reason)
    {
        await _rig.RunAsync(_rig.Order("o-8", "p1"), _rig.Next("orders", "o-1", value), _rig.Order("o-9", "p1"));

        _rig.DeadLetters.ShouldBe([$"orders-0@1: {reason}"]);
        _rig.Table.Items.Select(item => item.Id).ShouldBe(["o-8", "o-9"]);
        var letter = _rig.Writer.Written.Single();
        (letter.Topic, System.Text.Encoding.UTF8.GetString(letter.Value!.Value.Span)).ShouldBe(("order-shipping-dead-letters", value));
        ReconciliationRig.Header(letter, "entitysync-dead-letter-stage").ShouldBe("Reconcile");
    }

    [Theory]
    [InlineData("""{"productId":"p1"}""", "the message has no value in 'orderId', its key")]
    [InlineData("""{"orderId":"o-1"}""", "the message has no value in 'productId'")]
    [InlineData("""{"orderId":"o-1","productId":[1]}""", "'productId' is an array; a string or a number is expected")]
    [InlineData(null, "a tombstone: what has arrived cannot be taken back")]
    public async Task BadProduct_IsDeadLettered(string? value, string reason)
    {
        await _rig.RunAsync(_rig.Next("products-manufactured", "o-1", value));
        _rig.DeadLetters.ShouldBe([$"products-manufactured-0@0: {reason}"]);
    }

    [Fact]
    public async Task TombstoneWithoutKey_IsDeadLettered()
    {
        await _rig.RunAsync(_rig.Next("orders", null, null));
        _rig.DeadLetters.ShouldBe(["orders-0@0: a tombstone without key: nobody knows what it takes back"]);
    }

    [Fact]
    public async Task LongTexts_AreRefusedAboveTheirBounds()
    {
        var (longest, tooLong) = (new string('é', 512), new string('é', 512) + "x");
        await _rig.RunAsync(_rig.Order(longest, longest), _rig.Order(tooLong, "p1"), _rig.Order("o-1", tooLong), _rig.Product("o-1", tooLong), _rig.Next("orders", tooLong, null));

        _rig.DeadLetters.ShouldBe(
        [
            "orders-0@1: the key 'orderId' has more than 1024 bytes",
            "orders-0@2: 'products[].id' has 1025 bytes, more than 1024",
            "orders-0@3: the record's key has 1025 bytes, more than 1024",
            "products-manufactured-0@0: 'productId' has 1025 bytes, more than 1024",
        ]);
        _rig.Table.Items.Select(item => item.Id).ShouldBe([longest]);
    }

    [Fact]
    public async Task MoreThanAThousandProducts_AreRefused()
    {
        var names = Enumerable.Range(0, 1001).Select(i => $"p{i}").ToArray();
        await _rig.RunAsync(_rig.Order("o-1", names[..1000]), _rig.Order("o-2", names));
        _rig.DeadLetters.ShouldBe(["orders-0@1: 'products[].id' has more than 1000 values"]);
        _rig.State("o-1").ShouldBe("open v1: ; expected at 0");
    }

    [Fact]
    public async Task KeyOfTheEventThatIsNotBase64_IsDeadLettered()
    {
        var message = _rig.Order("o-1", "p1");
        await _rig.RunAsync(message with { Record = message.Record with { Problem = "the key in the event is not base64" } });
        _rig.DeadLetters.ShouldBe(["orders-0@0: the key in the event is not base64"]);
    }

    [Fact]
    public async Task NumbersAndEscapes_AreTheTextTheyStandFor()
    {
        await _rig.RunAsync(_rig.Next("orders", "other", """{"orderId":7,"products":[{"id":"p\u0031"},{"id":12},{"id":"p1"}]}"""), _rig.Next("products-manufactured", null, """{"orderId":"7","productId":"p1"}"""));
        _rig.State("7").ShouldBe("open v1: p1; expected at 0");
        _rig.EntityLines.ShouldBe(["order-shipping 7: 1/2 manufactured products, open"]);
        _rig.DeadLetters.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"abc\"", "'total.value' is 'abc', not a number")]
    [InlineData("\"1,5\"", "'total.value' is '1,5', not a number")]
    [InlineData("\"+1\"", "'total.value' is '+1', not a number")]
    [InlineData("\" 1\"", "'total.value' is ' 1', not a number")]
    [InlineData("\"1.\"", "'total.value' is '1.', not a number")]
    [InlineData("null", "the message has no value in 'total.value'")]
    [InlineData("1e29", "'total.value' is '1e29': a number has at most 28 digits")]
    [InlineData("12345678901234567890123456789", "'total.value' is '12345678901234567890123456789': a number has at most 28 digits")]
    public async Task AmountThatIsNone_IsDeadLettered(string amount, string reason)
    {
        await _rig.RunAsync(_rig.Invoice("i-1", amount));
        _rig.DeadLetters.ShouldBe([$"invoices-0@0: {reason}"]);
    }

    [Theory]
    [InlineData("""{"invoiceId":"i-1","total":{"value":1}}""", "the message has no value in 'total.currency'")]
    [InlineData("""{"invoiceId":"i-1","total":{"value":1,"currency":""}}""", "'total.currency' is no currency: it has 0 characters")]
    [InlineData("""{"invoiceId":"i-1","total":{"value":1,"currency":"EUR"},"dueAt":"tomorrow"}""", "'dueAt' is 'tomorrow', not a moment as 2026-01-31T12:00:00Z")]
    [InlineData("""{"invoiceId":"i-1","total":{"value":1,"currency":"EUR"},"dueAt":"2026-02-30T00:00:00Z"}""", "'dueAt' is '2026-02-30T00:00:00Z', not a moment as 2026-01-31T12:00:00Z")]
    public async Task BadInvoice_IsDeadLettered(string value, string reason)
    {
        await _rig.RunAsync(_rig.Next("invoices", "i-1", value));
        _rig.DeadLetters.ShouldBe([$"invoices-0@0: {reason}"]);
    }
}
