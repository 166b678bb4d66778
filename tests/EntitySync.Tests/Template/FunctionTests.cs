using System.Reflection;
using EntitySync.Adapters;
using EntitySync.Local.Lambda;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Template;

public sealed class FunctionTests
{
    // Read by the code and set by no template: on AWS the region's own endpoints count, definitions and hooks lie beside the assemblies, a
    // container's machine name is its instance id, and AWS itself says which region it is.
    private static readonly string[] NotOnAws = ["DYNAMODB_ENDPOINT", "STEPFUNCTIONS_ENDPOINT", "DEFINITIONS_PATH", "ENTITYSYNC_HOOKS", "JOIN_INSTANCE_ID", "AWS_REGION", "AWS_DEFAULT_REGION"];

    public static TheoryData<string> FunctionIds => [.. Checkout.Template.Functions.Keys];

    [Fact]
    public void Template_HoldsTheFunctionsOfTheFlows() => Checkout.Template.Functions.Keys.ShouldBe(
    [
        "CreateTopicsFunction", "EnrichFunction", "FeedFunction", "FillReadModelFunction", "FindBrokersFunction", "FinishRebuildFunction", "FinishReplayFunction", "PlanRebuildFunction",
        "PlanReplayFunction", "ProjectReadModelFunction",
        "PublishCompletedFunction", "PublishReferenceFunction", "PublishReplayPagesFunction", "ReadModelApiFunction", "ReconcileFunction", "ReconciliationApiFunction", "ReferenceApiFunction",
        "SweepOverdueFunction", "TriggerReplayFunction",
    ]);

    [Theory, MemberData(nameof(FunctionIds))]
    public void Handler_NamesAPublicClassThatLambdaCanBuild(string functionId)
    {
        var handler = HandlerBinding.Resolve(Checkout.Template.Functions[functionId].Handler);
        handler.Type.GetConstructor(BindingFlags.Public | BindingFlags.Instance, []).ShouldNotBeNull("Lambda needs a constructor without parameters");
        functionId.ShouldBe(handler.Type.Name + "Function");
        handler.Type.Namespace.ShouldBe("EntitySync.Functions");
        handler.Type.GetMethod("HandleAsync")!.ReturnType.IsAssignableTo(typeof(Task)).ShouldBeTrue();
    }

    [Fact]
    public void Variables_AreThoseTheSettingsRead()
    {
        var read = new SortedSet<string>(StringComparer.Ordinal);
        EntitySyncSettings.From(name =>
        {
            read.Add(name);
            return null;
        });
        var set = Checkout.Template.Functions.Values.SelectMany(function => function.Environment.Keys).Concat(JoinHostVariables()).ToHashSet(StringComparer.Ordinal);

        set.Except(read).ShouldBeEmpty("set, but nobody reads it");
        read.Except(set).Order(StringComparer.Ordinal).ShouldBe(NotOnAws.Order(StringComparer.Ordinal), "read, but not set by the templates");
    }

    [Fact]
    public void Functions_RunOnTheNewestRuntimeFromOneProject()
    {
        var globals = Checkout.Template.Root["Globals"]!["Function"]!;
        globals["Runtime"]!.ToString().ShouldBe("dotnet10");
        globals["Architectures"]!.AsArray().Select(value => value!.ToString()).ShouldBe(["arm64"]);
        var project = Checkout.PathOf(globals["CodeUri"]!.ToString());
        File.Exists(Path.Combine(project, "EntitySync.Functions.csproj")).ShouldBeTrue();
    }

    [Theory, MemberData(nameof(FunctionIds))]
    public void FunctionThatTalksToKafka_IsInTheVpc(string functionId)
    {
        var needsVpc = Checkout.Template.Functions[functionId].Environment.Keys.Any(name => name is "KAFKA_BOOTSTRAP_SERVERS" or "SOLR_URL");
        var properties = Checkout.Template.Root["Resources"]![functionId]!["Properties"]!.AsObject();
        properties.ContainsKey("VpcConfig").ShouldBe(needsVpc);
    }

    [Theory, MemberData(nameof(FunctionIds))]
    public void Timeout_FitsItsCaller(string functionId)
    {
        var timeout = Checkout.Template.Functions[functionId].Timeout;
        var allowed = Checkout.Template.Routes.Any(route => route.FunctionId == functionId) ? TimeSpan.FromSeconds(29) : TimeSpan.FromMinutes(15);
        timeout.ShouldBeLessThanOrEqualTo(allowed);
        if (functionId is "PublishReplayPagesFunction" or "FillReadModelFunction") timeout.ShouldBe(TimeSpan.FromMinutes(14));
    }

    [Fact]
    public void Routes_AreThoseOfTheApis() => Checkout.Template.Routes.Select(route => $"{route.RouteKey} -> {route.FunctionId}").ShouldBe(
        [
            "GET /reference-tables/{table}/rows/{key} -> ReferenceApiFunction",
            "PUT /reference-tables/{table}/rows/{key} -> ReferenceApiFunction",
            "DELETE /reference-tables/{table}/rows/{key} -> ReferenceApiFunction",
            "POST /reference-tables/{table}/rows -> ReferenceApiFunction",
            "GET /reconciliations/{entity}/{id} -> ReconciliationApiFunction",
            "GET /reconciliations/{entity} -> ReconciliationApiFunction",
            "GET /read-models -> ReadModelApiFunction",
            "HEAD /read-models -> ReadModelApiFunction",
            "GET /read-models/{name} -> ReadModelApiFunction",
            "HEAD /read-models/{name} -> ReadModelApiFunction",
            "GET /read-models/{name}/{key} -> ReadModelApiFunction",
            "HEAD /read-models/{name}/{key} -> ReadModelApiFunction",
            "GET /feeds/{feed} -> FeedFunction",
            "HEAD /feeds/{feed} -> FeedFunction",
            "GET /feeds/{feed}/{page} -> FeedFunction",
            "HEAD /feeds/{feed}/{page} -> FeedFunction",
            "GET /feeds/{feed}/entries/{partition}/{offset} -> FeedFunction",
            "HEAD /feeds/{feed}/entries/{partition}/{offset} -> FeedFunction",
        ],
        ignoreOrder: true);

    private static IEnumerable<string> JoinHostVariables()
    {
        var stack = SamTemplate.Load(Checkout.PathOf("infra", "join-host.yaml")).Root;
        var container = stack["Resources"]!["TaskDefinition"]!["Properties"]!["ContainerDefinitions"]![0]!;
        return container["Environment"]!.AsArray().Select(variable => variable!["Name"]!.ToString());
    }
}
