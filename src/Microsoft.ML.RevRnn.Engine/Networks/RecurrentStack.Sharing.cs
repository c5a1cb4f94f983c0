namespace Microsoft.ML.RevRnn.Networks;

/// <content>When the first layer's products with its inputs are shared.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>Whether a token's vector is the same at each of its positions, so that its products may be shared: there is no mask that depends on the row.</summary>
    private bool CanShare(bool training) => _settings.SharesInputs && (!training || _settings.Dropout is { InputByToken: true } or { Input: 0 });

    /// <summary>Whether the second layer reads the first one's inputs too.</summary>
    private bool IsInputSkipped => _parameters.Shape.SkipsTo(1);

    private void BeginSharing()
    {
        if (_kept == null && CanShare(_isTraining))
            _shared.Begin(_batch, MostChunkRows);
        else
            _shared.TurnOff();
        _layers[0].HasRows = !(_shared.IsOn || _kept != null) || IsInputSkipped;
    }
}
