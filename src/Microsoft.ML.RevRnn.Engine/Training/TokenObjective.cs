using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>A label of each token.</summary>
/// <param name="labels">Of each sequence the labels of its tokens.</param>
/// <param name="weights">What the sequences and the labels weigh.</param>
/// <param name="options">The rate of dropout.</param>
internal sealed class TokenObjective(IReadOnlyList<int[]> labels, ExampleSet weights, TrainingOptions options) : Objective
{
    public override DropoutRates Dropout => DropoutRates.OfLayers(options.Dropout, options.InputDropoutByToken);

    /// <summary>The parts of two directions meet in the scores.</summary>
    public override bool JoinsDirections => false;

    public override long HeadBytes(NetworkParameters parameters)
        => TokenHead.Bytes(parameters.Encoder.Shape.OutputStride, parameters.Output.Outcomes, 0, options.Dropout);

    public override long BytesPerToken(NetworkParameters parameters)
        => parameters.Encoder.Shape.Directions == 1 ? 0 : 2 * DirectionScores.BytesPerToken(parameters.Output.Outcomes);

    public override ISequenceHead CreateHead(NetworkParameters parameters, IHeadFactory heads, bool training)
        => heads.Tokens(
            parameters.Output,
            new LabelTargets(labels) { Weights = weights.Weights, ClassWeights = weights.ClassWeights },
            training ? options.Dropout : 0,
            Examples?.LabelSmoothing ?? 0,
            training ? null : Counts);

    public override void WriteIdentity(BinaryWriter writer)
    {
        foreach (var ofSequence in labels)
        {
            foreach (var label in ofSequence)
                writer.Write(label);
        }
        base.WriteIdentity(writer);
    }
}
