using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Hooks;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.JoinHost;
using EntitySync.Testing;
using EntitySync.Tests.Definitions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EntitySync.Tests.Hooks;

/// <summary>A hook that is not there stops a process at its start, and those that definitions of this repository name are there.</summary>
public sealed class HookStartTests
{
    private static readonly HookDefinition Missing = new("EntitySync.Hooks", "EntitySync.Hooks.Missing");

    [Fact]
    public void JoinHost_NamesTheHookThatIsNotThere() =>
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings(), Catalog(Strategy.Broadcast)))
            .Message.ShouldStartWith("item.yaml: hook: 'EntitySync.Hooks.Missing' of assembly 'EntitySync.Hooks' is not in '");

    [Fact]
    public void JoinHost_LeavesTheHookOfLookupsToEnrich() =>
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings(), Catalog(Strategy.Lookup))).Message.ShouldBe("KAFKA_BOOTSTRAP_SERVERS is not set.");

    [Fact]
    public async Task Enrich_NamesTheHookThatIsNotThere()
    {
        await using var services = Services(Catalog(Strategy.Lookup));
        Should.Throw<InvalidRequestException>(services.GetRequiredService<Enrich>).Message.ShouldStartWith("item.yaml: hook: 'EntitySync.Hooks.Missing' of assembly 'EntitySync.Hooks' is not in '");
    }

    [Fact]
    public async Task Enrich_LooksIntoTheHooksFolder()
    {
        var item = SampleDefinitions.Item() with { Hook = new HookDefinition("Acme.Hooks", "Acme.Hooks.Taxed") };
        await using var services = Services(new EntityCatalog([item]), Path.Combine(AppContext.BaseDirectory, "hooks"));
        services.GetRequiredService<EnrichBatch>().ShouldNotBeNull();
    }

    [Fact]
    public void HooksFolder_IsRead() => EntitySyncSettings.From(name => name == "ENTITYSYNC_HOOKS" ? "/opt/hooks" : null).HooksPath.ShouldBe("/opt/hooks");

    [Fact]
    public void HooksOfAllDefinitions_AreThere() => LoadHooks(DefinitionLoader.LoadCatalog(Repository.Entities));

    [Fact]
    public void DefinitionWithAHook_NamesTheProjectForHooksByDefault()
    {
        LoadHooks(Yaml("hook: { type: EntitySync.Hooks.DeliveryPromise }")).ShouldHaveSingleItem().ShouldBeOfType<EntitySync.Hooks.DeliveryPromise>();
        Should.Throw<InvalidRequestException>(() => LoadHooks(Yaml("hook: { type: EntitySync.Hooks.DeliveryPromis }"))).Message.ShouldContain("Did you mean 'EntitySync.Hooks.DeliveryPromise'?");
    }

    [Theory]
    [InlineData("functions/EntitySync.Functions/EntitySync.Functions.csproj")]
    [InlineData("functions/EntitySync.JoinHost/EntitySync.JoinHost.csproj")]
    [InlineData("infra/local/EntitySync.Local.csproj")]
    public void WhateverRunsDefinitions_CarriesTheProjectForHooks(string project) =>
        File.ReadAllText(Path.Combine(Repository.Root, project)).ShouldContain("/EntitySync.Hooks/EntitySync.Hooks.csproj\"");

    private static EntityCatalog Yaml(string hook) => new(DefinitionLoader.LoadText($"{Repository.ItemYaml}\n{hook}\n", "item.yaml").Definitions);

    private static List<IEntityHook> LoadHooks(EntityCatalog catalog)
    {
        var loader = new HookLoader();
        return [.. catalog.All.Where(definition => definition.Hook is not null).Select(loader.Load)];
    }

    private static EntityCatalog Catalog(Strategy strategy) => new([SampleDefinitions.Item(strategy: strategy) with { Hook = Missing, SourceFile = "item.yaml" }]);

    private static ServiceProvider Services(EntityCatalog catalog, string? folder = null) => new ServiceCollection()
        .AddSingleton<ITopicWriter, RecordingTopicWriter>()
        .AddEntitySync(new EntitySyncSettings { DynamoDbEndpoint = "http://127.0.0.1:1", HooksPath = folder })
        .Replace(ServiceDescriptor.Singleton(catalog))
        .BuildServiceProvider();
}
