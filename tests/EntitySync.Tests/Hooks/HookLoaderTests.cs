using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Hooks;
using EntitySync.Testing;

namespace EntitySync.Tests.Hooks;

/// <summary>Where hooks are found, and what is said of those that are not. Acme.Hooks stands in a folder of its own, with what it needs and a copy of EntitySync.Core.</summary>
public sealed class HookLoaderTests : IDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "hooks");

    private readonly DirectoryInfo _empty = Directory.CreateTempSubdirectory("hooks-");

    public void Dispose() => _empty.Delete(recursive: true);

    [Fact]
    public void DefaultAssembly_ComesWithTheApplication() =>
        new HookLoader().Load(Item("EntitySync.Hooks", "EntitySync.Hooks.DeliveryPromise")).ShouldBeOfType<EntitySync.Hooks.DeliveryPromise>();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AssemblyOfAFolder_RunsWithWhatIsBesideIt(bool isHooksFolder)
    {
        var loader = isHooksFolder ? new HookLoader(Folder) : new HookLoader(null, Folder);
        var hook = loader.Load(Item("Acme.Hooks", "Acme.Hooks.Taxed"));
        var output = new HookOutput();

        hook.Apply(new HookInput { Entity = "item", Document = """{"cents":1000}"""u8 }, output).ShouldBe(HookResult.Written);
        Encoding.UTF8.GetString(output.Written).ShouldBe("""{"taxed":1200}""");
        hook.GetType().Assembly.Location.ShouldBe(Path.Combine(Folder, "Acme.Hooks.dll"));
    }

    [Fact]
    public void HooksFolder_GoesBeforeTheApplication()
    {
        foreach (var file in new[] { "Acme.Hooks.dll", "Acme.Rates.dll" }) File.Copy(Path.Combine(Folder, file), Path.Combine(_empty.FullName, file));
        new HookLoader(_empty.FullName, Folder).Load(Item("Acme.Hooks", "Acme.Hooks.Taxed")).GetType().Assembly.Location.ShouldBe(Path.Combine(_empty.FullName, "Acme.Hooks.dll"));
    }

    [Fact]
    public void EachEntity_HasAnInstanceOfItsOwn()
    {
        var loader = new HookLoader(Folder);
        var first = loader.Load(Item("Acme.Hooks", "Acme.Hooks.Taxed"));
        loader.Load(Item("Acme.Hooks", "Acme.Hooks.Taxed")).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void MissingAssembly_IsSaidWithTheFoldersLookedIn() => Refusal("Acme.Hoks", "Acme.Hooks.Taxed").ShouldBe(
        $"item.yaml: hook: 'Acme.Hooks.Taxed' of assembly 'Acme.Hoks' is not there: no file 'Acme.Hoks.dll' in '{Folder}' or '{AppContext.BaseDirectory}'. "
        + "Put the class into the project EntitySync.Hooks (the default assembly), or the assembly into the folder that ENTITYSYNC_HOOKS names.");

    [Fact]
    public void MissingFolder_IsSaid() => Refusal("Acme.Hooks", "Acme.Hooks.Taxed", Path.Combine(_empty.FullName, "none")).ShouldContain(
        $" (there is no folder '{Path.Combine(_empty.FullName, "none")}'). ");

    [Fact]
    public void FileThatIsNoAssembly_IsSaid()
    {
        File.WriteAllText(Path.Combine(_empty.FullName, "Acme.Hooks.dll"), "not an assembly");
        Refusal("Acme.Hooks", "Acme.Hooks.Taxed", _empty.FullName).ShouldStartWith("item.yaml: hook: 'Acme.Hooks.Taxed' of assembly 'Acme.Hooks' cannot be loaded: ");
    }

    [Fact]
    public void AssemblyWithoutWhatItNeeds_IsRejectedByTheRecordThatNeedsIt()
    {
        File.Copy(Path.Combine(Folder, "Acme.Hooks.dll"), Path.Combine(_empty.FullName, "Acme.Hooks.dll"));
        var hook = new HookLoader(_empty.FullName).Load(Item("Acme.Hooks", "Acme.Hooks.Taxed"));
        Should.Throw<FileNotFoundException>(() => hook.Apply(new HookInput { Entity = "item", Document = """{"cents":1000}"""u8 }, new HookOutput())).Message.ShouldContain("Acme.Rates");
    }

    [Fact]
    public void MissingType_IsSaidWithTheOnesThereAre() => Refusal("Acme.Hooks", "Acme.Hooks.Taxes").ShouldBe(
        $"item.yaml: hook: 'Acme.Hooks.Taxes' of assembly 'Acme.Hooks' is not in '{Path.Combine(Folder, "Acme.Hooks.dll")}', which has the hooks "
        + "Acme.Hooks.Demanding, Acme.Hooks.Failing, Acme.Hooks.Generic`1, Acme.Hooks.Taxed. Did you mean 'Acme.Hooks.Taxed'? 'type' is the full name, with namespace.");

    [Theory]
    [InlineData("Stranger", "does not implement IEntityHook: add ': IEntityHook' (namespace EntitySync.Core.Hooks) to the class.")]
    [InlineData("Unfinished", "is abstract: name a class that can be made, one that derives from it.")]
    [InlineData("Generic`1", "is generic: name a class that can be made, one that derives from it.")]
    [InlineData("Demanding", "has no public constructor without parameters: add one; settings can be read from the environment.")]
    [InlineData("Failing", "throws InvalidOperationException when it is made: ACME_RATES is not set")]
    public void TypeThatCannotBeAHook_IsSaid(string type, string problem) =>
        Refusal("Acme.Hooks", "Acme.Hooks." + type).ShouldBe($"item.yaml: hook: 'Acme.Hooks.{type}' of assembly 'Acme.Hooks' {problem}");

    [Fact]
    public void Interface_IsNoHook() => Refusal("EntitySync.Core", "EntitySync.Core.Hooks.IEntityHook").ShouldEndWith("is an interface: name a class that can be made, one that derives from it.");

    [Fact]
    public void AssemblyWithoutHooks_IsSaid() => Refusal("Acme.Rates", "Acme.Rates.Rounding").ShouldContain("which has no hooks. 'type' is the full name");

    private static EntityDefinition Item(string assembly, string type) => SampleDefinitions.Item() with { Hook = new HookDefinition(assembly, type), SourceFile = "item.yaml" };

    private static string Refusal(string assembly, string type, string? folder = null) =>
        Should.Throw<InvalidRequestException>(() => new HookLoader(folder ?? Folder).Load(Item(assembly, type))).Message;
}
