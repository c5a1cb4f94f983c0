namespace Microsoft.ML.RevRnn.Networks;

/// <content>What stacks share that predict with the same weights.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>The first layer's products, of a stack that only predicts; null for one whose weights may change.</summary>
    private KeptInputs? _kept;

    public void ShareWeights(ISequenceEncoder? owner)
    {
        var first = owner as RecurrentStack;
        if (first == null)
            PackWeights(forTraining: false);
        for (var i = 0; i < _layers.Length && first != null; i++)
            _layers[i].Layer.ShareWeights(first._layers[i].Layer);
        // With several threads a chunk's rows are shared among them, and with them the room that this takes; and not every input is the same for a token wherever it stands.
        if (Device.Team.Size > 1 || !_settings.SharesInputs)
            return;
        var products = first?._kept?.Products ?? new TokenProducts(_input.Vocabulary, _layers[0].Layer.Shape.GateRow);
        _kept = new KeptInputs(_layers[0].Layer, _input, products, Device.Memory);
    }
}
