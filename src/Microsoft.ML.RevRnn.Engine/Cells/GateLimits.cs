namespace Microsoft.ML.RevRnn.Cells;

/// <summary>The bounds of a forget gate.</summary>
/// <param name="minimum">Least quantised gate of each unit of a half: 1, and 1024 in padding.</param>
/// <param name="maximum">Highest quantised gate.</param>
/// <param name="range">m of z = m sigmoid(a) + (1 - m).</param>
internal readonly unsafe struct GateLimits(float* minimum, float maximum, float range)
{
    public readonly float* Minimum = minimum;
    public readonly float Maximum = maximum;
    public readonly float Range = range;
}
