using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>Where the seed of a training run comes from.</summary>
internal static class TrainingSeed
{
    /// <summary>
    /// The seed of the options; else that of the MLContext; else a random one. The context's seed is taken as it is, not its random numbers:
    /// so a model does not depend on what else was made in the context before.
    /// </summary>
    public static int Choose(IHost host, int? option) => option ?? (host as IHostEnvironmentInternal)?.Seed ?? host.Rand.Next();
}
