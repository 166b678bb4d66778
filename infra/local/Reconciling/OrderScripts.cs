namespace EntitySync.Local.Reconciling;

/// <summary>Makes orders and the products of them. What becomes of an order is the same whatever comes first within a wave; what would depend on it is held back for the next one.</summary>
internal sealed class OrderScripts(Random random)
{
    private static readonly string[] Articles = ["desk", "chair", "lamp", "shelf", "sofa", "stool", "table", "rug"];

    private int _serial;

    // 20 orders are 20 stories; the numbers are how many of each.
    private static readonly (int Count, Action<OrderScripts, EntityScript> Tell)[] Stories =
    [
        (6, (scripts, order) => scripts.Whole(order)),
        (2, (scripts, order) => scripts.OrderComesLast(order)),
        (2, (scripts, order) => scripts.AmendedToFewer(order)),
        (2, (scripts, order) => scripts.AmendedToMore(order)),
        (1, (scripts, order) => scripts.Cancelled(order, isTombstone: false)),
        (1, (scripts, order) => scripts.Cancelled(order, isTombstone: true)),
        (1, (scripts, order) => scripts.OpenedAgain(order)),
        (1, (scripts, order) => scripts.NeverComplete(order)),
        (1, (scripts, order) => scripts.NobodysProducts(order)),
        (1, (scripts, order) => scripts.NeverComplete(order)), // an old one: overdue
        (1, (scripts, order) => scripts.CompleteAfterAll(order)),
        (1, (scripts, order) => scripts.AmendedAfterTheDeadline(order)),
    ];

    private static readonly IReadOnlyList<(bool IsOld, Action<OrderScripts, EntityScript> Tell)> All =
        [.. Stories.SelectMany((story, index) => Enumerable.Repeat((index >= Stories.Length - 3, story.Tell), story.Count))];

    public List<EntityScript> Make(int orders)
    {
        var scripts = new List<EntityScript>();
        for (var number = 1; number <= orders; number++)
        {
            var (isOld, tell) = All[(number - 1) % All.Count];
            var order = new EntityScript($"o-{number:D6}", isOld);
            tell(this, order);
            scripts.Add(order);
        }

        return scripts;
    }

    private void Whole(EntityScript order)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, products));
        Make(order, products, wave: 0);
        Late(order, products);
    }

    private void OrderComesLast(EntityScript order)
    {
        var products = Products();
        Make(order, products, wave: 0);
        order.Expected[1].Add(Order(order, products));
        Late(order, products);
    }

    // The one that is dropped is never made.
    private void AmendedToFewer(EntityScript order)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, [.. products, "never-made"]));
        order.Expected[0].Add(Order(order, products));
        Make(order, products, wave: 0);
    }

    private void AmendedToMore(EntityScript order)
    {
        var (products, more) = (Products(), new[] { "further-1", "further-2" });
        order.Expected[0].Add(Order(order, products));
        order.Expected[0].Add(Order(order, [.. products, .. more]));
        Make(order, products[1..], wave: 0);
        Make(order, [products[0], .. more], wave: 1);
    }

    private void Cancelled(EntityScript order, bool isTombstone)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, products));
        order.Expected[0].Add(isTombstone ? null : Order(order, products, "cancelled"));
        Make(order, products[1..], wave: 0);
        Make(order, products[..1], wave: 1);
    }

    private void OpenedAgain(EntityScript order)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, products));
        order.Expected[0].Add(Order(order, products, "cancelled"));
        Make(order, products[1..], wave: 0);
        order.Expected[1].Add(Order(order, products, "reopened"));
        Make(order, products[..1], wave: 1);
    }

    private void NeverComplete(EntityScript order)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, products));
        Make(order, products[1..], wave: 0);
    }

    private void NobodysProducts(EntityScript order) => Make(order, Products(), wave: 0);

    private void CompleteAfterAll(EntityScript order)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, products));
        Make(order, products[1..], wave: 0);
        Make(order, products[..1], wave: 1);
    }

    private void AmendedAfterTheDeadline(EntityScript order)
    {
        var products = Products();
        order.Expected[0].Add(Order(order, [.. products, "never-made"]));
        Make(order, products, wave: 0);
        order.Expected[1].Add(Order(order, products));
    }

    /// <summary>To an order that is shipped: an amendment, a cancellation, a message that changes nothing, a product.</summary>
    private void Late(EntityScript order, string[] products)
    {
        switch (random.Next(6))
        {
            case 0: order.Expected[2].Add(Order(order, [.. products, "too-late"])); break;
            case 1: order.Expected[2].Add(Order(order, products, "cancelled")); break;
            case 2: order.Expected[2].Add(Order(order, products, "paid")); break;
            case 3: Make(order, ["too-late"], wave: 2); break;
        }
    }

    private void Make(EntityScript order, IEnumerable<string> products, int wave)
    {
        foreach (var product in products)
        {
            order.Pieces[wave].Add(Product(order, product));
            if (random.Next(12) == 0) order.Pieces[wave].Add(Product(order, product)); // made twice: another serial number
            if (random.Next(12) == 0) order.Pieces[wave].Add(Product(order, "unordered-" + product));
        }
    }

    private string[] Products() => [.. Enumerable.Range(1, random.Next(2, 6)).Select(number => $"{Articles[random.Next(Articles.Length)]}-{number}")];

    private string Order(EntityScript order, IEnumerable<string> products, string status = "new") =>
        $$"""{"orderId":"{{order.Id}}","status":"{{status}}","customer":"c-{{random.Next(1000)}}","products":[{{string.Join(',', products.Select(product => $$"""{"id":"{{product}}","quantity":{{random.Next(1, 9)}}}"""))}}]}""";

    private string Product(EntityScript order, string product) =>
        $$"""{"productId":"{{product}}","orderId":"{{order.Id}}","plant":"north","manufacturedAt":"2026-01-01T{{random.Next(24):D2}}:{{random.Next(60):D2}}:00Z","serialNumber":"S-{{++_serial:D8}}"}""";
}
