using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EntitySync.Local.Runner;

namespace EntitySync.IntegrationTests.StateMachines;

/// <summary>A state machine file as it is deployed: its states, those inside a Map too, and every transition that it allows.</summary>
internal sealed partial class MachineFile
{
    private readonly Dictionary<string, JsonObject> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);

    public MachineFile(string name)
    {
        Name = name;
        Path = Checkout.PathOf("infra", "statemachines", name + ".asl.json");
        var text = File.ReadAllText(Path);
        Functions = Placeholder().Matches(text).Select(match => match.Groups[1].Value).Distinct().ToDictionary(
            placeholder => placeholder, placeholder => "arn:aws:lambda:us-east-1:000000000000:function:" + placeholder[..^"FunctionArn".Length], StringComparer.Ordinal);
        Add(JsonNode.Parse(text)!.AsObject(), 0);
    }

    public string Name { get; }

    public string Path { get; }

    /// <summary>ARNs by placeholder; the function is called as its task state.</summary>
    public IReadOnlyDictionary<string, string> Functions { get; }

    public IEnumerable<string> States => _states.Keys;

    /// <summary>Names of the task states, in the file's order.</summary>
    public IEnumerable<string> Tasks => States.Where(state => TypeOf(state) == "Task");

    /// <summary><c>A -> B</c>, <c>A -[choice]-> B</c>, <c>A -catch-> B</c>; and for each error of a retrier <c>A -retry E xN-></c> and <c>A -gives up E-></c>.</summary>
    public IEnumerable<string> Transitions => _states.SelectMany(state => TransitionsOf(state.Key, state.Value));

    /// <summary>0 for the execution's own states, 1 for those inside its Map.</summary>
    public int LevelOf(string state) => _levels[state];

    public string TypeOf(string state) => _states[state]["Type"]!.ToString();

    /// <summary>Errors that a task tries again, with the number of attempts after the first; 0 for those it gives up at once.</summary>
    public IEnumerable<(string Error, int Attempts)> Retries(string task) =>
        from retrier in _states[task]["Retry"]?.AsArray() ?? []
        from error in retrier!["ErrorEquals"]!.AsArray()
        select (error!.ToString(), (int)retrier["MaxAttempts"]!);

    /// <summary>Which rule of a Choice an input fits, in the words of <see cref="Transitions"/>. Only the comparisons that the files use.</summary>
    public string RuleFor(string choice, JsonNode? answer)
    {
        foreach (var rule in _states[choice]["Choices"]!.AsArray())
        {
            var found = Find(answer, rule!["Variable"]!.ToString());
            if (rule["StringEquals"] is { } text ? found?.ToString() == text.ToString() : found is not null == (bool)rule["IsPresent"]!) return RuleName(rule);
        }

        return "else";
    }

    private void Add(JsonObject machine, int level)
    {
        foreach (var (name, state) in machine["States"]!.AsObject())
        {
            _states.Add(name, state!.AsObject());
            _levels.Add(name, level);
            if (state["ItemProcessor"] is JsonObject inner) Add(inner, level + 1);
        }
    }

    private static IEnumerable<string> TransitionsOf(string name, JsonObject state)
    {
        if (state["Next"] is { } next) yield return $"{name} -> {next}";
        if (state["ItemProcessor"] is { } inner) yield return $"{name} -> {inner["StartAt"]}";
        foreach (var rule in state["Choices"]?.AsArray() ?? []) yield return $"{name} -[{RuleName(rule!)}]-> {rule!["Next"]}";
        if (state["Default"] is { } other) yield return $"{name} -[else]-> {other}";
        foreach (var catcher in state["Catch"]?.AsArray() ?? []) yield return $"{name} -catch-> {catcher!["Next"]}";
        foreach (var retrier in state["Retry"]?.AsArray() ?? [])
        {
            foreach (var error in retrier!["ErrorEquals"]!.AsArray())
            {
                if ((int)retrier["MaxAttempts"]! is > 0 and var attempts) yield return $"{name} -retry {error} x{attempts}->";
                yield return $"{name} -gives up {error}->";
            }
        }
    }

    private static string RuleName(JsonNode rule) => rule["StringEquals"]?.ToString() ?? $"{rule["Variable"]} is there";

    /// <summary>Of <c>$.a.b[0]</c> the last step counts: what a task answered may be kept under a name.</summary>
    private static JsonNode? Find(JsonNode? answer, string path)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        return name.EndsWith("[0]", StringComparison.Ordinal) ? answer?[name[..^3]]?.AsArray().FirstOrDefault() : answer?[name];
    }

    [GeneratedRegex(@"\$\{([A-Za-z0-9]+)\}")]
    private static partial Regex Placeholder();
}
