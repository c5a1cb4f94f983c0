using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>How a head of a neural Turing machine came to the rows that it reads or writes, each [B, N] and each summing to 1 where the weights before it did.</summary>
/// <param name="Content">softmax over rows of beta cos(k, M_i): what looks like the key.</param>
/// <param name="Gated">g content + (1 - g) previous.</param>
/// <param name="Shifted">The same moved by the head's shift.</param>
/// <param name="Weights">The same sharpened: what reads and writes.</param>
public sealed record NtmAddress(Tensor Content, Tensor Gated, Tensor Shifted, Tensor Weights);
