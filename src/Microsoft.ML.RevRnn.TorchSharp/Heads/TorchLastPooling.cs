using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The output of each row after its last step.</summary>
/// <param name="encoder">Gives the outputs.</param>
internal sealed class TorchLastPooling(ITorchEncoder encoder) : TorchPooling(encoder, 1)
{
    protected override void Begin()
    {
    }

    protected override void Take(in Chunk chunk, torch.Tensor outputs)
    {
        TakeLast(chunk, outputs, Vectors(0));
    }

    protected override void Return(in Chunk chunk, torch.Tensor outputs, torch.Tensor gradient)
    {
        gradient.zero_();
        ReturnLast(chunk, Vectors(0), gradient);
    }
}
