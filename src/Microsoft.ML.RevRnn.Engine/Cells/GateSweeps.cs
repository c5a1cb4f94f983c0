using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>Activations over rows of gates, for what is no recurrent cell. Lengths are whole registers, multiples of 16.</summary>
internal abstract unsafe class GateSweeps
{
    public static GateSweeps For(SimdWidth width) => width.Create<GateSweeps, Factory>(default);

    /// <summary>1 / (1 + e^-a), in place.</summary>
    public abstract void Sigmoid(float* values, int length);

    /// <summary>tanh(a); source and target may be the same.</summary>
    public abstract void Tanh(float* source, float* target, int length);

    private sealed class OfLanes<TFloat, TInt> : GateSweeps
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
    {
        public override void Sigmoid(float* values, int length) => Sweeps<TFloat, TInt>.Sigmoid(values, length);

        public override void Tanh(float* source, float* target, int length) => Sweeps<TFloat, TInt>.Tanh(source, target, length);
    }

    private readonly struct Factory : ILaneFactory<GateSweeps>
    {
        public GateSweeps Create<TFloat, TInt, TWide>()
            where TFloat : struct, IFloatLane<TFloat, TInt>
            where TInt : struct, IIntLane<TInt>
            where TWide : struct, IWideLane<TWide, TInt>
            => new OfLanes<TFloat, TInt>();
    }
}
