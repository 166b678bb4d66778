namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>What a function does when it is called.</summary>
/// <param name="Function">The task state that calls it.</param>
/// <param name="Json">Its answer; null with <paramref name="Error"/>, or for a Finish function that says how it ended as the real one does.</param>
/// <param name="Error">Name of the error it throws, with the message <c>why</c>.</param>
internal sealed record Step(string Function, string? Json = null, string? Error = null);

/// <summary>One execution from its start to its end. Maps have one slice here, so that its course is one line.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Steps">All calls of functions, in order, with what they do.</param>
/// <param name="Path">All states it enters, in order.</param>
/// <param name="Status">How the execution ends.</param>
/// <param name="Error">Its error; null when it succeeds.</param>
/// <param name="Cause">Its cause; null when it succeeds.</param>
internal sealed record Course(string Name, IReadOnlyList<Step> Steps, string Path, string Status, string? Error = null, string? Cause = null)
{
    public string Input { get; init; } = "{}";

    public override string ToString() => Name;
}
