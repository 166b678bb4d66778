using System.Text;

namespace EntitySync.Core.Definitions;

/// <summary>One mistake in a definition file.</summary>
/// <param name="File">File as it was given to the loader.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Path">Where in the definition, e.g. <c>relations.deliveryClass.strategy</c>; empty when the file as a whole is meant.</param>
/// <param name="Message">What is wrong, when found and allowed alone do not say it; else empty.</param>
/// <param name="Found">What stands there, quoted when it is text.</param>
/// <param name="Allowed">What may stand there.</param>
/// <param name="DidYouMean">The allowed word nearest to what was found; null when none is near.</param>
public sealed record DefinitionProblem(string File, int Line, int Column, string Path, string Message, string Found, string Allowed, string? DidYouMean = null)
{
    /// <summary>As compilers print it: <c>item.yaml(12,5): relations.deliveryClass.strategy: found 'lookpu', allowed: lookup, broadcast, shuffle. Did you mean 'lookup'?</c></summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(File).Append('(').Append(Line).Append(',').Append(Column).Append("): ");
        if (Path.Length > 0) text.Append(Path).Append(": ");
        if (Message.Length > 0) text.Append(Message).Append(": ");
        text.Append("found ").Append(Found).Append(", allowed: ").Append(Allowed).Append('.');
        if (DidYouMean is not null) text.Append(" Did you mean '").Append(DidYouMean).Append("'?");
        return text.ToString();
    }
}
