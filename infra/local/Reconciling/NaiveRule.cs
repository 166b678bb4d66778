using System.Text.Json.Nodes;

namespace EntitySync.Local.Reconciling;

/// <summary>How the two definitions read their messages, written down once more, on JSON documents and without any of the product's code.</summary>
internal abstract class NaiveRule
{
    public abstract string Entity { get; }

    public abstract string ExpectedTopic { get; }

    public abstract string ArrivedTopic { get; }

    public abstract string OutputTopic { get; }

    public abstract string OverdueTopic { get; }

    public string DeadLetterTopic => Entity + "-dead-letters";

    protected abstract string EmbedAs { get; }

    public abstract string ElementOf(JsonObject piece);

    public abstract bool IsCancelled(JsonObject document);

    /// <summary>Whether two documents expect the same.</summary>
    public abstract bool AreSame(JsonObject one, JsonObject other);

    /// <summary>Null of amounts.</summary>
    public abstract IReadOnlyList<string>? Missing(JsonObject document, IReadOnlyList<JsonObject> pieces);

    /// <summary>The pieces that the output lists; null when something is missing.</summary>
    public abstract IReadOnlyList<JsonObject>? Complete(JsonObject document, IReadOnlyList<JsonObject> pieces);

    public abstract DateTimeOffset DueAt(JsonObject document, DateTimeOffset first);

    public string Output(JsonObject document, IReadOnlyList<JsonObject> pieces)
    {
        var output = document.DeepClone().AsObject();
        output[EmbedAs] = new JsonArray([.. pieces.Select(Fields)]);
        return output.ToJsonString();
    }

    protected abstract JsonObject Fields(JsonObject piece);
}
