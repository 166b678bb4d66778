using EntitySync.Core.Definitions.Grammar;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>Builds the model of a feed from the nodes of its file, past mistakes as <see cref="DefinitionReader"/> does.</summary>
internal static class FeedReader
{
    public static FeedDefinition Read(YamlPlace file, string sourceFile)
    {
        var name = file["feed"].Text ?? "";
        return new FeedDefinition(name, file["topic"].Text ?? name, file["title"].Text ?? name, file["pageSize"].Integer ?? FeedGrammar.UsualPageSize, sourceFile);
    }
}
