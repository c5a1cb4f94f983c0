using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A translation's two sides at work, with random weights.</summary>
internal sealed class TranslationRun : IDisposable
{
    private readonly Device _device;

    public TranslationRun(TranslationSetup setup)
    {
        _device = new Device(setup.Threads, setup.Width);
        var encoder = new NetworkShape(setup.Network, TranslationSetup.SourceVocabulary);
        var vocabulary = setup.SharesVectors ? TranslationSetup.SourceVocabulary : TranslationSetup.TargetVocabulary;
        Parameters = new TranslationParameters(new AttentionShape(encoder, vocabulary, setup.Context, setup.SliceSize, setup.Score), setup.SharesVectors);
        Parameters.Initialize(5);
        foreach (var parameter in Parameters.All)
        {
            parameter.EnableGradient();
            foreach (ref var value in parameter.Values)
                value *= setup.WeightScale;
        }
        var settings = new StackSettings
        {
            Arithmetic = setup.Arithmetic,
            Strategy = setup.Strategy,
            Dropout = new DropoutRates(setup.Dropout, setup.Dropout, setup.Dropout) { InputByToken = setup.InputByToken },
            ChunkLength = setup.ChunkLength,
            Wave = setup.Wave,
        };
        Pass = new TranslationPass(Parameters, new TranslationSettings(settings, settings, setup.Dropout), _device, decoder => setup.SoftmaxSamples > 0
            ? new SampledTokenHead(Parameters.Output, decoder, 0, new long[vocabulary], setup.SoftmaxSamples)
            : TranslationObjective.CreateExactHead(Parameters, decoder));
        Pass.PrepareTraining();
    }

    public TranslationParameters Parameters { get; }

    public TranslationPass Pass { get; }

    public MemoryMeter Memory => _device.Memory;

    /// <summary>Computes the gradients over a batch.</summary>
    public BatchResult Train(int[][] sources, int[][] targets, ulong seed = 3)
    {
        foreach (var parameter in Parameters.Dense)
            parameter.Gradients.Clear();
        var (source, target) = (new PackedBatch(), new PackedBatch());
        source.Fill(sources, Parameter.Identity(sources.Length), Vocabulary.EmptyToken);
        target.Fill([.. targets.Select(tokens => (int[])[Vocabulary.EmptyToken, .. tokens])], Parameter.Identity(sources.Length), Vocabulary.EmptyToken);
        return Pass.Train(source, target, seed);
    }

    /// <summary>All gradients; those of tokens that the batch does not have are zero.</summary>
    public float[] Gradients()
    {
        var gradients = new List<float>();
        foreach (var parameter in Parameters.Dense)
            gradients.AddRange(parameter.Gradients);
        foreach (var table in Parameters.Embeddings)
        {
            var all = new float[table.Value.Rows * table.Stride];
            for (var i = 0; i < table.TouchedCount; i++)
                table.Gradients.Slice(i * table.Stride, table.Stride).CopyTo(all.AsSpan(table.Touched[i] * table.Stride));
            gradients.AddRange(all);
        }
        return [.. gradients];
    }

    public void Dispose()
    {
        Pass.Dispose();
        Parameters.Dispose();
        _device.Dispose();
    }
}
