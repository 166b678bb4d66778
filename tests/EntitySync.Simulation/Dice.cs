namespace EntitySync.Simulation;

/// <summary>Random numbers (SplitMix64) that are the same in every process and on every version of .NET.</summary>
public sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The dice of one step: skipping a step leaves the luck of the others as it was.</summary>
    public static Dice For(int seed, int step) => new(((ulong)(uint)seed << 32) ^ ((ulong)(uint)step * 0x9E3779B97F4A7C15));

    public int Below(int bound) => (int)(Bits() % (ulong)bound);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private ulong Bits()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
