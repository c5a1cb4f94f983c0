using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>
/// A network of one layer with one batch, and the training step without the optimiser: weights are packed (they change at each step), gradients
/// cleared, forward, loss, backward to the weights and the inputs. The loss is sum(outputs * w) with fixed w, so that there is no head.
/// </summary>
internal sealed unsafe class TrainingStep : IDisposable
{
    private const int Vocabulary = 50;

    private readonly StackParameters _parameters;
    private readonly WorkerTeam _team;
    private readonly RecurrentStack _stack;
    private readonly PackedBatch _batch = new();
    private readonly NativeBuffer<float> _coefficients = new();
    private readonly int _coefficientRows;

    /// <param name="step">What to train.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="limit">Limit on forgetting.</param>
    /// <param name="coefficientRows">Most rows of w that are held; w repeats itself beyond, so that it does not outgrow what is measured.</param>
    public TrainingStep(StepCase step, int threads, ForgettingLimit limit = ForgettingLimit.ThreeBits, int coefficientRows = int.MaxValue)
    {
        var shape = step.Shape;
        _parameters = new StackParameters(new StackOptions
        {
            Cell = step.Cell,
            Vocabulary = Vocabulary,
            EmbeddingWidth = shape.Units,
            Units = shape.Units,
            Layers = 1,
            Limit = limit,
        });
        _parameters.Initialize(1);
        _team = new WorkerTeam(threads);
        var arithmetic = Support.IsReversible(step.Cell) ? CellArithmetic.Reversible : CellArithmetic.Unquantized;
        _stack = new RecurrentStack(_parameters, arithmetic, step.Strategy, DropoutRates.None, _team, SimdWidths.Best);
        _stack.PrepareTraining();

        var random = new Random(1);
        var sequences = new int[shape.Rows][];
        for (var row = 0; row < sequences.Length; row++)
        {
            sequences[row] = new int[shape.Steps];
            foreach (ref var token in sequences[row].AsSpan())
                token = random.Next(Vocabulary);
        }
        _batch.Fill(sequences, Parameter.Identity(shape.Rows), 0);

        _coefficientRows = (int)Math.Min((long)shape.Steps * shape.Rows, coefficientRows);
        _coefficients.EnsureLength((long)_coefficientRows * _stack.OutputStride);
        for (var row = 0; row < _coefficientRows; row++)
        {
            for (var unit = 0; unit < shape.Units; unit++)
                _coefficients.Pointer[(nint)row * _stack.OutputStride + _stack.TopShape.StateIndex(unit)] = random.NextSingle() - 0.5f;
        }
    }

    /// <summary>The activations' bytes at their most so far.</summary>
    public long PeakActivationBytes => _stack.Memory.PeakBytes;

    /// <summary>Bits in the lost-bit stores after the last forward pass.</summary>
    public long LostBits { get; private set; }

    /// <summary>sum -log2 z of the last step.</summary>
    public double OptimalBits => _stack.OptimalBits;

    /// <summary>Loss of the last step.</summary>
    public double Loss { get; private set; }

    public void Run()
    {
        foreach (var parameter in _parameters.Dense)
            parameter.Gradients.Clear();
        _stack.PackWeights(forTraining: true);
        _stack.Begin(_batch, training: true, dropoutSeed: 1);
        Loss = 0;
        for (var i = 0; i < _stack.ChunkCount; i++)
        {
            var chunk = _stack.GetChunk(i);
            _stack.Forward(chunk, training: true);
            AddLoss(chunk);
        }
        LostBits = _stack.LostBits;
        _stack.BeginBackward();
        for (var i = _stack.ChunkCount - 1; i >= 0; i--)
        {
            var chunk = _stack.GetChunk(i);
            _stack.Recover(chunk);
            WriteOutputGradient(chunk);
            _stack.Backward(chunk);
        }
        _stack.FinishBackward();
    }

    public void Dispose()
    {
        _stack.Dispose();
        _team.Dispose();
        _parameters.Dispose();
        _coefficients.Dispose();
    }

    private void AddLoss(in Chunk chunk)
    {
        var outputs = _stack.Outputs(chunk);
        for (var row = 0; row < chunk.FlatRows;)
        {
            var coefficients = Coefficients(chunk, row, out var rows);
            Loss += TensorPrimitives.Dot(new ReadOnlySpan<float>(outputs + (nint)row * _stack.OutputStride, coefficients.Length), coefficients);
            row += rows;
        }
    }

    private void WriteOutputGradient(in Chunk chunk)
    {
        for (var row = 0; row < chunk.FlatRows;)
        {
            var coefficients = Coefficients(chunk, row, out var rows);
            coefficients.CopyTo(new Span<float>(_stack.OutputGradient + (nint)row * _stack.OutputStride, coefficients.Length));
            row += rows;
        }
    }

    /// <summary>w of the chunk's flat rows from <paramref name="row"/> on, as far as they lie side by side.</summary>
    private ReadOnlySpan<float> Coefficients(in Chunk chunk, int row, out int rows)
    {
        var first = (int)((chunk.FlatStart + row) % _coefficientRows);
        rows = Math.Min(chunk.FlatRows - row, _coefficientRows - first);
        return new ReadOnlySpan<float>(_coefficients.Pointer + (nint)first * _stack.OutputStride, rows * _stack.OutputStride);
    }
}
