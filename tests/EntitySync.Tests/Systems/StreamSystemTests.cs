using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;

namespace EntitySync.Tests.Systems;

/// <summary>enriched-purchase.yaml and password-reset.yaml: an event is joined with the rows of its moment, and nothing that comes later changes it.</summary>
public sealed class StreamSystemTests
{
    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void Purchases_HaveTheLabelOfTheirMoment(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("enriched-purchase", strategy));
        driver.Root(null, """{"purchase":1,"productId":"lamp"}""");
        driver.Pipe("product-references", "lamp", """{"id":"lamp","label":"Lampe"}""");
        driver.Root(null, """{"purchase":2,"productId":"lamp"}""");
        driver.Pipe("product-references", "lamp", """{"id":"lamp","label":"Lampe à poser"}""");
        driver.Root(null, """{"purchase":3,"productId":"lamp"}""");
        driver.Pipe("product-references", "lamp", """{"id":"lamp","label":null}""");
        driver.Root(null, """{"purchase":4,"productId":"lamp"}""");
        driver.Pipe("product-references", "lamp", """{"id":"lamp"}""");
        driver.Root(null, """{"purchase":5,"productId":"lamp"}""");
        driver.Pipe("product-references", "lamp", null);
        driver.Root(null, """{"purchase":6,"productId":"lamp"}""");
        driver.Root(null, """{"purchase":7,"productId":null}""");
        driver.Root(null, """{"purchase":8}""");
        driver.Root(null, """{"purchase":2,"productId":"lamp"}""");
        driver.Root("with a key", """{"purchase":9,"productId":"lamp","label":"the supplier's own"}""");

        driver.Emitted().ShouldBe(
        [
            """- {"purchase":1,"productId":"lamp","label":"REF INCONNUE"}""",
            """- {"purchase":2,"productId":"lamp","label":"Lampe"}""",
            """- {"purchase":3,"productId":"lamp","label":"Lampe à poser"}""",
            """- {"purchase":4,"productId":"lamp","label":"REF INCONNUE"}""",
            """- {"purchase":5,"productId":"lamp","label":"REF INCONNUE"}""",
            """- {"purchase":6,"productId":"lamp","label":"REF INCONNUE"}""",
            """- {"purchase":7,"productId":null,"label":"REF INCONNUE"}""",
            """- {"purchase":8,"label":"REF INCONNUE"}""",
            """- {"purchase":2,"productId":"lamp","label":"REF INCONNUE"}""",
            """with a key {"purchase":9,"productId":"lamp","label":"REF INCONNUE"}""",
        ]);
        driver.DeadLetters().ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(SystemDefinitions.Joined), MemberType = typeof(SystemDefinitions))]
    public void PasswordResets_GoToTheAddressOfTheirMomentOrToTheDeadLetters(Strategy strategy)
    {
        using var driver = new TopologyDriver(SystemDefinitions.Load("password-reset", strategy));
        driver.Pipe("accounts", "7", """{"id":7,"email":"ann@example.org"}""");
        driver.Pipe("accounts", "8", """{"id":8,"email":null}""");
        driver.Root(null, """{"request":"a","accountId":7}""");
        driver.Root(null, """{"request":"b","accountId":9}""");
        driver.Root(null, """{"request":"c","accountId":8}""");
        driver.Root(null, """{"request":"d"}""");
        driver.Pipe("accounts", "7", """{"id":7,"email":"ann@example.net"}""");
        driver.Pipe("accounts", "9", """{"id":9,"email":"eve@example.org"}""");
        driver.Root(null, """{"request":"e","accountId":"7"}""");
        driver.Root(null, """{"request":"f","accountId":9}""");
        driver.Pipe("accounts", "9", null);
        driver.Root(null, """{"request":"g","accountId":9}""");
        driver.Root(null, "not JSON");

        driver.Emitted().ShouldBe(
        [
            """- {"request":"a","accountId":7,"email":"ann@example.org"}""",
            """- {"request":"e","accountId":"7","email":"ann@example.net"}""",
            """- {"request":"f","accountId":9,"email":"eve@example.org"}""",
        ]);
        driver.DeadLetters().ShouldBe(
        [
            """relation 'account' finds no usable row in 'accounts' for '9': {"request":"b","accountId":9}""",
            """relation 'account' finds no usable row in 'accounts' for '8': {"request":"c","accountId":8}""",
            """relation 'account' has no key in 'accountId': {"request":"d"}""",
            """relation 'account' finds no usable row in 'accounts' for '9': {"request":"g","accountId":9}""",
            """not valid JSON at byte 0: a word is an invalid JSON literal. Expected the literal 'null'.: not JSON""",
        ]);
    }
}
