using EntitySync.Core.Definitions;

namespace EntitySync.Local.Try;

/// <summary>What <c>try</c> is asked to do.</summary>
/// <param name="File">Definition file.</param>
/// <param name="Data">Folder with the records; null for <c>examples/ENTITY</c> beside the file.</param>
/// <param name="Strategy">Of all relations; null for what the definition says.</param>
/// <param name="Seed">Seed of the order of arrival, with <paramref name="Orders"/> the first one; null for the order of the files.</param>
/// <param name="Orders">How many orders of arrival to compare; null for none.</param>
/// <param name="Partitions">Of every topic.</param>
/// <param name="IsLastOnly">True to print only the last output of each key.</param>
/// <param name="IsStrict">True to fail on dead letters.</param>
/// <param name="HooksFolder">Folder with assemblies of hooks; null when they are beside the application.</param>
internal sealed record TryOptions(string File, string? Data, Strategy? Strategy, int? Seed, int? Orders, int Partitions, bool IsLastOnly, bool IsStrict, string? HooksFolder = null)
{
    public const int DefaultPartitions = 3;
}
