namespace EntitySync.Core.Joins;

/// <summary>What an entity's output is made of, at the moment of the question. Its memory is its own: it is read on another thread than the task's.</summary>
/// <param name="State"><c>emitted</c>, <c>dropped</c>, <c>rejected</c> (see Reason) or <c>waiting</c> (for answers of a shuffle relation).</param>
/// <param name="Reason">Why it is rejected or what it waits for; else null.</param>
/// <param name="Output">The output document (UTF-8 JSON); null unless emitted.</param>
/// <param name="RootPosition">Position of the root row.</param>
/// <param name="Root">The root document (UTF-8 JSON).</param>
/// <param name="Rows">Every related row that takes part or lost, in the order of the definition and of the root's values.</param>
/// <param name="MissingValues">Values of the root without a related row, as (relation, value).</param>
public sealed record EntityExplanation(
    string State,
    string? Reason,
    ReadOnlyMemory<byte>? Output,
    string RootPosition,
    ReadOnlyMemory<byte> Root,
    IReadOnlyList<ExplainedRow> Rows,
    IReadOnlyList<(string Relation, string Value)> MissingValues);

/// <param name="Relation">Name of the relation.</param>
/// <param name="Value">The root's value that led to the row.</param>
/// <param name="Key">The related row's own key.</param>
/// <param name="Position">Position of the related row's record.</param>
/// <param name="Version">The row's <c>_version</c>; 0 when it has none.</param>
/// <param name="IsChosen">Whether it is in the output: false for a candidate that lost a <c>pick</c>, for a row left out by <c>where</c> or <c>limit</c>, and without an output.</param>
/// <param name="Fields">What the relation takes from the row: output field and its JSON (UTF-8).</param>
public sealed record ExplainedRow(
    string Relation, string Value, string Key, string Position, long Version, bool IsChosen, IReadOnlyList<(string Field, ReadOnlyMemory<byte> Json)> Fields);
