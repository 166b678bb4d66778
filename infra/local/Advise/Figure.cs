namespace EntitySync.Local.Advise;

/// <summary>A measured figure, and where it stands. The program uses the value as it is here; a test compares it with the file.</summary>
/// <param name="Value">The value that formulas use.</param>
/// <param name="File">File in <c>tests/EntitySync.Benchmarks/results</c>.</param>
/// <param name="Command">What measured it: arguments of <c>dotnet run -c Release --project tests/EntitySync.Benchmarks --</c>, as the file has them.</param>
/// <param name="Heading">The headings above it, outermost first, with <c> / </c> between them.</param>
/// <param name="Row">First cell of its row; where <paramref name="Column"/> is null, a piece of a sentence with <c>#</c> in place of the number.</param>
/// <param name="Column">Title of its column; null when it stands in a sentence.</param>
internal sealed record Figure(double Value, string File, string Command, string Heading, string Row, string? Column = null)
{
    /// <summary>The file may differ from the value by this factor, up or down: figures of a new run on another day do.</summary>
    public const double Tolerance = 1.25;

    public static implicit operator double(Figure figure) => figure.Value;
}
