using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// A network of one layer, or several, with one batch, and the training step without the optimiser: weights are packed (they change at each step), gradients
/// cleared, forward, loss, backward to the weights and the inputs. The loss is that of an <see cref="OutputSumHead"/>, which costs next to nothing.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private const int RandomVocabulary = 50;

    private readonly EncoderParameters _parameters;
    private readonly Device _device;
    private readonly RecurrentStack _stack;
    private readonly OutputSumHead _head;
    private readonly BatchPass _pass;
    private readonly PackedBatch _batch = new();

    /// <param name="step">What to train.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="limit">Limit on forgetting.</param>
    /// <param name="coefficientRows">Most rows of w that are held; w repeats itself beyond, so that it does not outgrow what is measured.</param>
    /// <param name="text">Whose first tokens, in B streams, are the batch; null for random ones of a small vocabulary.</param>
    /// <param name="sharesInputs">Whether products with the inputs are made once for a repeated token. Random tokens are repeated much, so they tell nothing of that.</param>
    public TrainingStep(
        StepCase step, int threads, ForgettingLimit limit = ForgettingLimit.ThreeBits, int coefficientRows = int.MaxValue, LanguageText? text = null,
        bool sharesInputs = false)
    {
        var shape = step.Shape;
        var network = new NetworkOptions { Cell = step.Cell, EmbeddingSize = shape.Units, HiddenSize = shape.Units, LayerCount = step.Layers, ForgettingLimit = limit };
        _parameters = new EncoderParameters(new NetworkShape(network, text?.VocabularySize ?? RandomVocabulary));
        _parameters.Initialize(1);
        _device = new Device(threads);
        var settings = new StackSettings
        {
            Arithmetic = Support.IsReversible(step.Cell) ? step.Arithmetic : CellArithmetic.Unquantized,
            Strategy = step.Strategy,
            SharesInputs = sharesInputs,
            ChunkLength = step.Chunk,
            Wave = step.Wave,
        };
        _stack = new RecurrentStack(_parameters.Stacks[0], new TokenInput(_parameters.Embedding, dropout: 0), settings, _device);
        _stack.PrepareTraining();

        var random = new Random(1);
        if (text == null)
            FillRandom(shape, random);
        else
            _batch.FillWindow(text.Training, shape.Rows, (text.Training.Length - 1) / shape.Rows, 0, shape.Steps);
        _head = new OutputSumHead(_stack, (int)Math.Min((long)shape.Steps * shape.Rows, coefficientRows), random);
        _pass = new BatchPass(_stack, _head);
    }

    /// <summary>The activations' bytes at their most so far.</summary>
    public long PeakActivationBytes => _device.Memory.PeakBytes;

    /// <summary>Bits in the lost-bit stores after the last forward pass.</summary>
    public long LostBits => _head.LostBits;

    /// <summary>sum -log2 z of the last step.</summary>
    public double OptimalBits => _stack.Account.OptimalBits;

    /// <summary>Loss of the last step.</summary>
    public double Loss => _head.Result.LossSum;

    public void Run()
    {
        foreach (var parameter in _parameters.Dense)
            parameter.Gradients.Clear();
        _pass.Train(_batch, seed: 1);
    }

    /// <summary>The forward pass alone, as evaluation has it.</summary>
    public void RunForward()
    {
        PackWeights();
        Score();
    }

    /// <summary>The forward pass alone, with weights that are packed.</summary>
    public void Score() => _pass.Run(_batch);

    public void PackWeights() => _pass.PackWeights();

    public void Dispose()
    {
        _head.Dispose();
        _stack.Dispose();
        _device.Dispose();
        _parameters.Dispose();
    }

    private void FillRandom(StepShape shape, Random random)
    {
        var sequences = new int[shape.Rows][];
        for (var row = 0; row < sequences.Length; row++)
        {
            sequences[row] = new int[shape.Steps];
            foreach (ref var token in sequences[row].AsSpan())
                token = random.Next(RandomVocabulary);
        }
        _batch.Fill(sequences, Parameter.Identity(shape.Rows), 0);
    }
}
