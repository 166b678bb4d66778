using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>The changes of a read model's state that a rebuild makes. Each one made twice is the same as once, so a lost answer does no harm.</summary>
internal static class ReadModelStates
{
    private const int Attempts = 20;

    /// <summary>The version whose table is being made: it has the highest number and no part yet.</summary>
    public static ReadModelVersion? BeingMade(this ReadModelState state) =>
        state.Version(state.LastNumber) is { SwitchedAt: null } last && !state.Written.Contains(last) ? last : null;

    /// <summary>Versions whose tables are to be removed.</summary>
    public static IEnumerable<ReadModelVersion> Leftovers(this ReadModelState state)
    {
        var kept = state.Written.Append(state.BeingMade()).OfType<ReadModelVersion>().Select(version => version.Number).ToHashSet();
        return state.Versions.Where(version => !kept.Contains(version.Number));
    }

    /// <summary>Makes sure that a version of this definition is being made or built, and not the one <paramref name="given"/> up.</summary>
    public static ReadModelState Begin(this ReadModelState? state, ReadModelDefinition definition, int? given, DateTimeOffset now)
    {
        state ??= new ReadModelState(definition.ReadModel, 0, null, null, null, 0, []);
        var current = state.Version(state.Building) ?? state.BeingMade();
        if (current is not null && current.Fingerprint == definition.Fingerprint && current.Number != given) return state is { LastError: null, FailedAt: null } ? state : state with { LastError = null, FailedAt = null };

        var version = new ReadModelVersion(state.LastNumber + 1, definition.Text, definition.Fingerprint, now, null);
        return state with { Building = null, LastNumber = version.Number, Versions = [.. state.Versions, version], LastError = null, FailedAt = null };
    }

    /// <summary>From now on live events reach the version that was being made.</summary>
    public static ReadModelState Build(this ReadModelState state, int number) => state.BeingMade()?.Number == number ? state with { Building = number } : state;

    /// <summary>The version that is built answers from now on; the one that did is kept.</summary>
    public static ReadModelState Switch(this ReadModelState state, int number, DateTimeOffset now) => state.Building != number
        ? state
        : state with { Live = number, Previous = state.Live, Building = null, Versions = [.. state.Versions.Select(version => version.Number == number ? version with { SwitchedAt = now } : version)], LastError = null, FailedAt = null };

    /// <summary>The one kept answers again; the one that did is kept.</summary>
    public static ReadModelState RollBack(this ReadModelState state, int number, DateTimeOffset now) => state.Previous != number
        ? state
        : state with { Live = number, Previous = state.Live, Versions = [.. state.Versions.Select(version => version.Number == number ? version with { SwitchedAt = now } : version)], LastError = null };

    public static ReadModelState Without(this ReadModelState state, int number) =>
        state.Leftovers().Any(version => version.Number == number) ? state with { Versions = [.. state.Versions.Where(version => version.Number != number)] } : state;

    /// <summary>Changes the state as it is at the moment of the write.</summary>
    /// <param name="change">Gets what is held, null for nothing; returns the same object to change nothing.</param>
    /// <returns>What is held afterwards.</returns>
    /// <exception cref="TransientException">Others were first again and again.</exception>
    public static async Task<ReadModelState?> ChangeAsync(this IReadModelRegistry registry, string readModel, Func<ReadModelState?, ReadModelState?> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var held = await registry.GetAsync(readModel, cancellationToken);
            var next = change(held);
            if (next is null || ReferenceEquals(next, held)) return held;
            next = next with { Revision = (held?.Revision ?? 0) + 1 };
            if (await registry.SaveAsync(next, cancellationToken)) return next;
        }

        throw new TransientException($"The versions of read model '{readModel}' were changed by others {Attempts} times while this change was made.");
    }
}
