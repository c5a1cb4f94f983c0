using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>The next token after each output; of a second direction the one before.</summary>
/// <param name="frequencies">How often each token occurs in the training data: what a sampled softmax draws by.</param>
/// <param name="model">Dropout, and how the softmax is computed.</param>
/// <param name="training">The rate of dropout where the model's options have none.</param>
internal sealed class NextTokenObjective(long[] frequencies, LanguageModelOptions model, TrainingOptions training) : Objective
{
    public override DropoutRates Dropout => model.Rates(training);

    /// <summary>The boundary that each text begins with.</summary>
    public override int FixedTokens => 1;

    public override bool JoinsDirections => false;

    private int Samples => model.Samples(frequencies.Length);

    public override int ScoreCount(NetworkParameters parameters) => Samples == 0 ? frequencies.Length : Math.Min(Samples, frequencies.Length);

    public override long HeadBytes(NetworkParameters parameters)
    {
        var shape = parameters.Encoder.Shape;
        return shape.Directions * TokenHead.Bytes(shape.Top.StateStride, frequencies.Length, Samples, Dropout.Output);
    }

    public override ISequenceHead CreateHead(NetworkParameters parameters, IHeadFactory heads, bool training)
        => training
            ? heads.NextTokens(parameters.Output, Dropout.Output, frequencies, Samples)
            : heads.NextTokens(parameters.Output, dropout: 0, frequencies, samples: 0);

    public override void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(Samples);
        Write(writer, Dropout);
        base.WriteIdentity(writer);
    }
}
