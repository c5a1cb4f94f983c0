namespace Microsoft.ML;

/// <summary>Makes random generators.</summary>
internal static class RandomUtils
{
    /// <summary>One that starts anywhere.</summary>
    public static TauswortheHybrid Create() => new(new Random());

    /// <summary>One of a seed, or one that starts anywhere.</summary>
    public static TauswortheHybrid Create(int? seed) => seed is int value ? Create((uint)value) : Create();

    /// <summary>One of a seed, or one that starts anywhere.</summary>
    public static TauswortheHybrid Create(uint? seed) => seed is uint value ? Create(value) : Create();

    /// <summary>One of a seed.</summary>
    public static TauswortheHybrid Create(uint seed) => new(new TauswortheHybrid.State(seed));

    /// <summary>One seeded by the next numbers of another.</summary>
    public static TauswortheHybrid Create(Random seed) => new(seed);
}
