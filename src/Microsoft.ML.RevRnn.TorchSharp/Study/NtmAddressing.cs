using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// The memory of a neural Turing machine (Graves, Wayne and Danihelka 2014, sections 3.1 to 3.3): N rows of M values that heads address by content and by place. All of it is
/// differentiable, by libtorch. B is rows of a batch.
/// </summary>
/// <remarks>
/// A head's output is [B, M + 6], raw: the key k (M), beta, g, the shift s (3), gamma; a writing head's [B, 3 M + 6], with erasure e (M) and addition a (M) behind. beta is
/// softplus, g sigmoid, s softmax, gamma 1 + softplus, e sigmoid, and k and a are as they are.
/// </remarks>
public static class NtmAddressing
{
    /// <summary>Shifts that a head chooses among: back, stay, on.</summary>
    private const int Shifts = 3;

    /// <summary>Values that a reading head has besides the key.</summary>
    private const int Controls = 3 + Shifts;

    /// <summary>Below any product of lengths of vectors that are not zero.</summary>
    private const double LeastLength = 1e-150, LeastSingleLength = 1e-30;

    /// <summary>Values of a reading head's output: M + 6.</summary>
    /// <param name="width">M.</param>
    public static int ReadSize(int width) => width + Controls;

    /// <summary>Values of a writing head's output: 3 M + 6.</summary>
    /// <param name="width">M.</param>
    public static int WriteSize(int width) => 3 * width + Controls;

    /// <summary>
    /// Where a head looks: softmax_i(beta cos(k, M_i)), mixed with the weights before by g, shifted in a circle, w~_i = s_0 w_(i-1) + s_1 w_i + s_2 w_(i+1), and sharpened, w~^gamma
    /// over its sum.
    /// </summary>
    /// <param name="head">[B, M + 6] or more: its output.</param>
    /// <param name="memory">[B, N, M].</param>
    /// <param name="previous">[B, N]: the head's weights of the step before.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static NtmAddress Address(Tensor head, Tensor memory, Tensor previous)
    {
        var width = Width(head, memory, ReadSize);
        if (previous.dim() != 2 || previous.shape[1] != memory.shape[1])
            throw new ArgumentException($"The weights before are [{string.Join(", ", previous.shape)}]; [B, N] is expected, N = {memory.shape[1]} as the memory has it.", nameof(previous));
        var key = head.narrow(1, 0, width);
        var beta = nn.functional.softplus(head.narrow(1, width, 1));
        var gate = head.narrow(1, width + 1, 1).sigmoid();
        var shift = head.narrow(1, width + 2, Shifts).softmax(1);
        var gamma = 1 + nn.functional.softplus(head.narrow(1, width + 2 + Shifts, 1));

        var content = (beta * Cosine(key, memory)).softmax(1);
        var gated = gate * content + (1 - gate) * previous;
        var shifted = shift.narrow(1, 0, 1) * gated.roll(1, 1) + shift.narrow(1, 1, 1) * gated + shift.narrow(1, 2, 1) * gated.roll(-1, 1);
        // Of a weight of zero, which a start of zeros allows, the logarithm would have no gradient.
        var sharpened = shifted.clamp_min(Least(shifted)).pow(gamma);
        return new NtmAddress(content, gated, shifted, sharpened / sharpened.sum(1, keepdim: true));
    }

    /// <summary>r = sum_i w_i M_i: [B, M].</summary>
    /// <param name="weights">[B, N].</param>
    /// <param name="memory">[B, N, M].</param>
    public static Tensor Read(Tensor weights, Tensor memory) => weights.unsqueeze(1).matmul(memory).squeeze(1);

    /// <summary>M_i := M_i (1 - w_i e) + w_i a: a new memory, [B, N, M].</summary>
    /// <param name="head">[B, 3 M + 6]: a writing head's output.</param>
    /// <param name="weights">[B, N].</param>
    /// <param name="memory">[B, N, M].</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static Tensor Write(Tensor head, Tensor weights, Tensor memory)
    {
        var width = Width(head, memory, WriteSize);
        var erase = head.narrow(1, ReadSize(width), width).sigmoid().unsqueeze(1);
        var add = head.narrow(1, ReadSize(width) + width, width).unsqueeze(1);
        var rows = weights.unsqueeze(2);
        return memory * (1 - rows * erase) + rows * add;
    }

    private static Tensor Cosine(Tensor key, Tensor memory)
    {
        var product = memory.matmul(key.unsqueeze(2)).squeeze(2);
        var lengths = memory.square().sum(2).sqrt() * key.square().sum(1, keepdim: true).sqrt();
        return product / lengths.clamp_min(Least(lengths));
    }

    private static double Least(Tensor values) => values.dtype == ScalarType.Float64 ? LeastLength : LeastSingleLength;

    private static int Width(Tensor head, Tensor memory, Func<int, int> size)
    {
        if (memory.dim() != 3)
            throw new ArgumentException($"The memory is [{string.Join(", ", memory.shape)}]; [B, N, M] is expected.", nameof(memory));
        var width = (int)memory.shape[2];
        if (head.dim() != 2 || head.shape[1] < size(width))
            throw new ArgumentException($"The head's output is [{string.Join(", ", head.shape)}]; of a memory of M = {width} it must be [B, {size(width)}].", nameof(head));
        return width;
    }
}
