namespace EntitySync.Core.Joins.InProcess;

/// <summary>How the match values of a relation and the keys of its rows have met. A match value or key is its text, as it is compared.</summary>
/// <param name="Relation">Name of the relation; nested ones after those around them, with dots between: <c>stars.repo</c>.</param>
/// <param name="Values">Distinct match values of the parent's rows as they are last; of all events of a stream.</param>
/// <param name="Found">Those of them that have a row that counts.</param>
/// <param name="LeftOut">Those that only have rows which <c>where</c> or <c>pick</c> leaves out.</param>
/// <param name="Keys">Distinct keys of the related rows.</param>
/// <param name="MissingValue">A match value without any row; null when there is none.</param>
/// <param name="NearKey">
/// A key beside it: one that differs from it in the case of letters, white space around it, or the way a number is written if there is such, else any; null without rows.
/// </param>
public sealed record RelationMatches(string Relation, long Values, long Found, long LeftOut, long Keys, string? MissingValue, string? NearKey);
