using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Our training of a job's model, a batch at a time: all that training does between two batches.</summary>
internal sealed class JobStep : IDisposable
{
    private readonly JobText _text;
    private readonly Device _device;
    private readonly NetworkParameters _parameters;
    private readonly ManagedTrainer _trainer;
    private readonly PackedBatch _batch = new();
    private int _next;

    public JobStep(JobText text, CellKind cell, int units, int threads)
    {
        _text = text;
        _device = new Device(threads);
        var training = new TrainingOptions { BatchSize = text.Rows, Dropout = 0 };
        // The peer pools mean and maximum.
        var shape = new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = units, HiddenSize = units, Pooling = PoolingKind.MeanMax }, text.VocabularySize);
        Objective objective;
        if (text is LanguageJobText language)
        {
            _parameters = NetworkParameters.OfNextTokens(shape with { Options = shape.Options with { Pooling = default } });
            objective = new NextTokenObjective(
                TokenFrequencies.Count([language.Stream], text.VocabularySize), new LanguageModelOptions { SoftmaxSamples = 0 }, training);
        }
        else
        {
            var labels = ((DocumentJobText)text).AllLabels;
            _parameters = NetworkParameters.OfSequences(shape, JobRecipe.Classes);
            objective = new SequenceObjective(new SoftmaxLoss(labels), labels, training);
        }
        _parameters.Initialize(1);
        _trainer = new ManagedTrainer(_parameters, objective, training, _device, carriesStates: text is LanguageJobText);
    }

    /// <summary>The mean loss of the last batch.</summary>
    public double Loss { get; private set; }

    public void Run()
    {
        _text.Fill(_batch, _next);
        var result = _trainer.Train(_batch, seed: 1, continues: _next > 0 && _text is LanguageJobText);
        _trainer.Step(JobRecipe.LearningRate, weightDecay: 0, JobRecipe.MaximumGradientNorm);
        Loss = result.LossSum / result.Weight;
        _next = (_next + 1) % _text.BatchCount;
    }

    public void Dispose()
    {
        _trainer.Dispose();
        _parameters.Dispose();
        _device.Dispose();
    }
}
