namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>The case that PyTorch was prepared for.</summary>
internal sealed class TorchRun(TorchPeer peer) : ITimed
{
    public double Run(int repeats) => peer.Run(repeats);
}
