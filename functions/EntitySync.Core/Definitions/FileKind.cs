using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What a definition file defines.</summary>
internal enum FileKind { Entity, Reconciliation, ReadModel, Feed }

internal static class FileKinds
{
    /// <summary>Whoever forgot the kind, or misspelt it, is told so, and not that all other keys are unknown.</summary>
    public static FileKind Of(YamlPlace file) => file["kind"].Text switch
    {
        "entity" => FileKind.Entity,
        "reconciliation" => FileKind.Reconciliation,
        "read-model" => FileKind.ReadModel,
        "feed" => FileKind.Feed,
        _ when file["root"].Exists || file["relations"].Exists || file["entity"].Exists && !IsReconciliation(file) => FileKind.Entity,
        _ when IsReconciliation(file) => FileKind.Reconciliation,
        _ when file["readModel"].Exists || file["topics"].Exists => FileKind.ReadModel,
        _ when file["feed"].Exists => FileKind.Feed,
        _ => FileKind.Entity,
    };

    /// <summary>As messages say it.</summary>
    public static string Word(this FileKind kind) => kind switch { FileKind.Reconciliation => "reconciliation", FileKind.ReadModel => "read model", FileKind.Feed => "feed", _ => "entity" };

    public static string WordWithArticle(this FileKind kind) => kind == FileKind.Entity ? "an entity" : $"a {kind.Word()}";

    /// <summary>The key that a file of the kind has its name under.</summary>
    public static string NameKey(this FileKind kind) => kind switch { FileKind.ReadModel => "readModel", FileKind.Feed => "feed", _ => "entity" };

    private static bool IsReconciliation(YamlPlace file) => file["expected"].Exists || file["arrived"].Exists;
}
