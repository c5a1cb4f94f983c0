using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>The next token of a target: dropout, how the softmax is computed, and how both sides work in training.</summary>
/// <param name="frequencies">How often each target token occurs in the training data: what a sampled softmax draws by.</param>
/// <param name="model">Dropout, and how the softmax is computed.</param>
/// <param name="training">How to train.</param>
internal sealed class TranslationObjective(long[] frequencies, TranslationOptions model, TrainingOptions training)
{
    /// <summary>Weights to start from; null for random ones.</summary>
    public TranslationParameters? Start { get; init; }

    private int Samples => model.Samples(frequencies.Length);

    /// <summary>The head that is trained.</summary>
    public ISequenceHead CreateHead(TranslationParameters parameters, ISequenceEncoder decoder) => Samples > 0
        ? new SampledTokenHead(parameters.Output, decoder, dropout: 0, frequencies, Samples)
        : CreateExactHead(parameters, decoder);

    /// <summary>The head that tells the exact loss. What it reads has had its dropout before attention.</summary>
    public static SoftmaxTokenHead CreateExactHead(TranslationParameters parameters, ISequenceEncoder decoder)
        => new(parameters.Output, decoder, NextTokenTargets.Instance);

    /// <summary>How both sides work; of a budget of memory each has half.</summary>
    public TranslationSettings Settings(AttentionShape shape, int workers)
    {
        var rates = model.Rates(training);
        var side = new StackSettings
        {
            Arithmetic = training.Arithmetic,
            Strategy = training.StrategyFor(shape.Decoder.Top),
            Dropout = rates,
            MaximumStateGradientNorm = training.MaximumStateGradientNorm,
            InformationFlow = training.InformationFlow,
            InformationFlowForm = training.InformationFlowForm,
            MemoryBudget = training.MemoryBudget / 2,
            // What one side hands to the other.
            CarriesStates = true,
        };
        var joined = shape.Encoder.Directions == 2 ? Bidirectional.JoinedBytes(shape.Encoder, training.ShardRows) : 0;
        var length = ChunkLength.For(shape.Decoder);
        var chunk = AttentionBuffers.ChunkBytes(shape, length.MostRows(training.ShardRows)) + workers * AttentionProducts.Bytes(shape, AttentionPieces.StepsOf(length.Maximum));
        return new TranslationSettings(
            side with { HeadBytes = joined, BytesPerToken = SourceMemory.BytesPerToken(shape) },
            side with { HeadBytes = chunk + TokenHead.Bytes(shape.OutputStride, frequencies.Length, Samples, dropout: 0) },
            model.SliceRate(training));
    }

    /// <summary>Writes what, beyond data, network and training options, the trained weights depend on.</summary>
    public void WriteIdentity(BinaryWriter writer)
    {
        writer.Write(Samples);
        var rates = model.Rates(training);
        foreach (var rate in (ReadOnlySpan<float>)[rates.Input, rates.Layer, rates.Output, model.SliceRate(training)])
            writer.Write(rate);
        foreach (var parameter in Start?.All ?? [])
            writer.Write(MemoryMarshal.AsBytes(parameter.Values));
    }
}
