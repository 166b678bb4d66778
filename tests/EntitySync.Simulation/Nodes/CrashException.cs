namespace EntitySync.Simulation.Nodes;

/// <summary>The process dies here: nothing it does afterwards has any effect.</summary>
public sealed class CrashException() : Exception("crash");
