using System.Text.Json.Nodes;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

/// <summary>Who may ask what of the HTTP API, with each way to prove who one is.</summary>
public sealed class ApiTests
{
    private static readonly JsonObject Api = TemplateReader.Read(Checkout.PathOf("infra", "api.yaml"));

    [Theory]
    [InlineData("", "same", "AWS_IAM", "AWS_IAM")]
    [InlineData("", "none", "AWS_IAM", "NONE")]
    [InlineData("https://issuer.example", "same", "JWT", "JWT")]
    [InlineData("https://issuer.example", "none", "JWT", "NONE")]
    public void Routes_AreOpenToNobodyButFeedsThatAreAskedToBe(string issuer, string feeds, string others, string ofFeeds)
    {
        var values = Values(issuer, feeds);
        foreach (var (key, properties) in Routes())
        {
            var authorization = key.Contains(" /feeds/", StringComparison.Ordinal) ? ofFeeds : others;
            values.Text(properties["AuthorizationType"]).ShouldBe(authorization, key);
            var isJwt = authorization == "JWT";
            (values.Text(properties["AuthorizerId"]) ?? "").ShouldBe(isJwt ? "${Authorizer}" : "", key);
            var scopes = (values.Resolve(properties["AuthorizationScopes"]) as JsonArray)?.Select(scope => scope!.ToString()) ?? [];
            scopes.ShouldBe(isJwt ? [key.StartsWith("GET ", StringComparison.Ordinal) || key.StartsWith("HEAD ", StringComparison.Ordinal) ? "entitysync/read" : "entitysync/write"] : [], key);
        }
    }

    [Fact]
    public void EachFunctionOfARoute_MayBeInvokedByThisApiAlone()
    {
        var permissions = Api["Resources"]!.AsObject().Where(resource => resource.Value!["Type"]!.ToString() == "AWS::Lambda::Permission").Select(resource => resource.Value!["Properties"]!).ToList();
        permissions.Select(permission => permission["FunctionName"]!["Ref"]!.ToString()).ShouldBe(["ReferenceApiArn", "ReconciliationApiArn", "ReadModelApiArn", "FeedArn"], ignoreOrder: true);
        permissions.ShouldAllBe(permission => permission["SourceArn"]!["Fn::Sub"]!.ToString().EndsWith(":${Api}/v1/*", StringComparison.Ordinal));
        Checkout.Template.Routes.Select(route => route.FunctionId).Distinct().ShouldBe(["ReferenceApiFunction", "ReconciliationApiFunction", "ReadModelApiFunction", "FeedFunction"], ignoreOrder: true);
    }

    [Fact]
    public void AccessLog_HoldsNoPath()
    {
        var format = Api["Resources"]!["Stage"]!["Properties"]!["AccessLogSettings"]!["Format"]!.ToString();
        JsonNode.Parse(format)!.AsObject().Select(field => field.Key).ShouldBe(["requestId", "route", "status", "latency", "caller", "error", "authorizer"]);
        format.ShouldNotContain("$context.path");
    }

    private static IEnumerable<(string Key, JsonObject Properties)> Routes() =>
        Api["Resources"]!.AsObject().Where(resource => resource.Value!["Type"]!.ToString() == "AWS::ApiGatewayV2::Route").Select(resource => resource.Value!["Properties"]!.AsObject()).Select(route => (route["RouteKey"]!.ToString(), route));

    private static TemplateValues Values(string issuer, string feeds) => new(
        Api, new Dictionary<string, string> { ["JwtIssuer"] = issuer, ["FeedAuthorization"] = feeds, ["JwtScopePrefix"] = Checkout.Template.Root["Parameters"]!["ApiJwtScopePrefix"]!["Default"]!.ToString() });
}
