using System.Text.Json;
using EntitySync.Core.Hooks;

namespace Acme.Hooks;

/// <summary>Writes <c>{"taxed":1200}</c> of <c>{"cents":1000}</c>, with an assembly that is only beside this one.</summary>
public sealed class Taxed : IEntityHook
{
    public HookResult Apply(in HookInput input, HookOutput output)
    {
        var document = JsonSerializer.Deserialize<JsonElement>(input.Document);
        output.Json.WriteStartObject();
        output.Json.WriteNumber("taxed", Rates.Rates.WithTax(document.GetProperty("cents").GetInt64()));
        output.Json.WriteEndObject();
        return HookResult.Written;
    }
}
