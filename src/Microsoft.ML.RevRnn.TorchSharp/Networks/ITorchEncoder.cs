using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>A recurrent network at work on a device. The addresses that it gives are the device's.</summary>
internal interface ITorchEncoder : ISequenceEncoder
{
    /// <summary>The device.</summary>
    TorchDevice Torch { get; }

    /// <summary>The batch under way.</summary>
    TorchBatch Batch { get; }

    /// <summary>[flat rows, OutputStride]: the outputs of the chunk last run or recovered.</summary>
    torch.Tensor OutputsOf(in Chunk chunk);

    /// <summary>[flat rows, OutputStride]: the gradient by them, to be written by the head.</summary>
    torch.Tensor OutputGradientOf(in Chunk chunk);
}
