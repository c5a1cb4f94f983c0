using Microsoft.ML.RevRnn.Networks;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>The output of each row after its last step.</summary>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="adds">Whether the gradient by the outputs is added to what is there, that of another pooling.</param>
internal sealed class TorchLastPooling(ITorchEncoder encoder, bool adds = false) : TorchPooling(encoder, 1)
{
    protected override void Begin()
    {
    }

    protected override void Take(in Chunk chunk, torch.Tensor outputs)
    {
        var (first, places) = Ends(chunk);
        if (places.Length == 0)
            return;
        using var indices = Device.Indices(places);
        Vectors(0).narrow(0, first, places.Length).copy_(outputs.index_select(0, indices.Tensor));
    }

    protected override void Return(in Chunk chunk, torch.Tensor outputs, torch.Tensor gradient)
    {
        if (!adds)
            gradient.zero_();
        var (first, places) = Ends(chunk);
        if (places.Length == 0)
            return;
        using var indices = Device.Indices(places);
        gradient.index_add_(0, indices.Tensor, Vectors(0).narrow(0, first, places.Length), 1);
    }

    /// <summary>The rows that end in a chunk, which follow each other, and their last steps' places in it.</summary>
    private static (int First, long[] Places) Ends(in Chunk chunk)
    {
        var next = chunk.First + chunk.Steps;
        var first = next < chunk.Batch.StepCount ? chunk.Batch.ActiveRows(next) : 0;
        var places = new long[chunk.ActiveRows(0) - first];
        for (var i = 0; i < places.Length; i++)
            places[i] = chunk.FlatRow(chunk.Batch.Length(first + i) - 1 - chunk.First) + first + i;
        return (first, places);
    }
}
