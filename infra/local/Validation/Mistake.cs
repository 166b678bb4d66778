namespace EntitySync.Local.Validation;

/// <summary>One mistake as compilers print them.</summary>
/// <param name="File">File as it was given.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Path">Where in the definition; empty when the file as a whole is meant.</param>
/// <param name="Text">The whole line, position first.</param>
internal sealed record Mistake(string File, int Line, int Column, string Path, string Text);
