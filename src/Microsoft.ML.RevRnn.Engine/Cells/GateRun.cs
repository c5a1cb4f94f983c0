namespace Microsoft.ML.RevRnn.Cells;

/// <summary>Neighbouring gates that are treated alike.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many; 0 for none.</param>
internal readonly record struct GateRun(int First, int Count)
{
    public bool Contains(int gate) => gate >= First && gate < First + Count;

    /// <summary>The gates for which a condition holds, which must be neighbours.</summary>
    public static GateRun Where(IReadOnlyList<GateSpec> gates, Func<GateSpec, bool> condition)
    {
        var numbers = Enumerable.Range(0, gates.Count).Where(gate => condition(gates[gate])).ToArray();
        if (numbers.Length == 0)
            return default;
        if (numbers[^1] - numbers[0] != numbers.Length - 1)
            throw new ArgumentException("Gates that read the same must be neighbours: one product serves them all.", nameof(gates));
        return new GateRun(numbers[0], numbers.Length);
    }
}
