using System.Buffers.Binary;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>What a training run takes of its MLContext where the options leave it open.</summary>
internal static class TrainingContext
{
    /// <summary>
    /// The seed of the options; else that of the MLContext; else a random one; of ranks that train together that of rank 0. The context's seed is taken as it is, not its random numbers:
    /// so a model does not depend on what else was made in the context before. Likewise the GPU, and whether to do without.
    /// </summary>
    public static TrainingOptions Complete(TrainingOptions options, IHost host)
    {
        var context = host as IHostEnvironmentInternal;
        return options with
        {
            Seed = OfRankZero(options.Seed ?? context?.Seed ?? host.Rand.Next(), options.Group),
            GpuDeviceId = options.GpuDeviceId ?? context?.GpuDeviceId,
            FallbackToCpu = options.FallbackToCpu || context is { FallbackToCpu: true },
        };
    }

    private static int OfRankZero(int seed, IGradientGroup? group)
    {
        Span<byte> shared = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(shared, seed);
        group?.Broadcast(shared, 0);
        return BinaryPrimitives.ReadInt32LittleEndian(shared);
    }
}
