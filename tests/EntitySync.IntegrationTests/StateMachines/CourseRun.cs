using System.Text.Json.Nodes;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>What the events of an execution say of its way through the file.</summary>
internal sealed class CourseRun
{
    private readonly MachineFile _file;
    private readonly List<string> _path = [];
    private readonly List<string> _transitions = [];
    private readonly string?[] _at = new string?[2];
    private readonly Dictionary<string, (string? Error, int Retries)> _failures = new(StringComparer.Ordinal);
    private readonly HashSet<string> _caught = new(StringComparer.Ordinal);
    private readonly Queue<JsonNode?> _answers;
    private JsonNode? _lastAnswer;

    public CourseRun(MachineFile file, IEnumerable<ExecutionEvent> events, IEnumerable<JsonNode?> answers)
    {
        _file = file;
        _answers = new Queue<JsonNode?>(answers);
        foreach (var happened in events) Add(happened);
        foreach (var (state, failure) in _failures) GiveUp(state, failure);
    }

    /// <summary>States in the order they were entered.</summary>
    public string Path => string.Join(' ', _path);

    /// <summary>In the words of <see cref="MachineFile.Transitions"/>.</summary>
    public IReadOnlyList<string> Transitions => _transitions;

    private void Add(ExecutionEvent happened)
    {
        if (happened.State is not { } state) return;
        switch (happened.Type)
        {
            case "StateEntered": Enter(state); break;
            case "StateExited" when _file.TypeOf(state) == "Task": Answered(state); break;
            case "StateFailed" when _file.TypeOf(state) == "Task": _failures[state] = (happened.Error, _failures.GetValueOrDefault(state).Retries); break;
            case "StateRetried": _failures[state] = (_failures[state].Error, _failures[state].Retries + 1); break;
            case "StateCaught": _caught.Add(state); break;
        }
    }

    private void Enter(string state)
    {
        _path.Add(state);
        var level = _file.LevelOf(state);
        var from = _at[level] ?? (level == 0 ? null : _at[0]);
        if (from is not null) _transitions.Add(_caught.Contains(from) ? $"{from} -catch-> {state}" : _file.TypeOf(from) == "Choice" ? $"{from} -[{_file.RuleFor(from, _lastAnswer)}]-> {state}" : $"{from} -> {state}");
        _at[level] = state;
        if (level == 0) _at[1] = null;
    }

    private void Answered(string task)
    {
        if (_caught.Contains(task)) return;
        _lastAnswer = _answers.Dequeue();
        if (_failures.Remove(task, out var failure)) _transitions.Add($"{task} -retry {failure.Error} x{failure.Retries}->");
    }

    private void GiveUp(string task, (string? Error, int Retries) failure)
    {
        if (failure.Retries == _file.Retries(task).Single(retry => retry.Error == failure.Error).Attempts) _transitions.Add($"{task} -gives up {failure.Error}->");
    }
}
