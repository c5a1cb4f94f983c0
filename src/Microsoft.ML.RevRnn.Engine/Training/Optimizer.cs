using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Updates parameters by their gradients, clipped by value and by their global norm. Of an embedding with gradients in the batch's rows alone only these rows are
/// updated, so that a step costs what the batch costs and not what the vocabulary does. A parameter whose rate factor is 0 is frozen.
/// </summary>
internal abstract unsafe class Optimizer : IDisposable
{
    /// <summary>Values of one piece of work: the norm is summed piece by piece in their order, whatever the number of threads.</summary>
    private const int PieceLength = 16 * 1024;

    private readonly EmbeddingTable[] _sparse;
    private readonly WorkerTeam _team;
    private readonly List<ParameterPiece> _pieces = [];
    private double[] _rowNorms = [];
    private double[] _limitedRowNorms = [];

    protected Optimizer(IEnumerable<Parameter> dense, IReadOnlyList<EmbeddingTable> embeddings, WorkerTeam team)
    {
        _sparse = [.. embeddings.Where(table => !table.IsDense)];
        _team = team;
        foreach (var parameter in dense)
        {
            parameter.EnableGradient();
            var length = (long)parameter.RowCapacity * parameter.Stride;
            for (var begin = 0L; begin < length; begin += PieceLength)
                _pieces.Add(new ParameterPiece(parameter, begin, (int)Math.Min(PieceLength, length - begin)));
        }
    }

    /// <summary>Makes the optimiser that options ask for.</summary>
    public static Optimizer Create(TrainingOptions options, IEnumerable<Parameter> dense, IReadOnlyList<EmbeddingTable> embeddings, Device device)
    {
        Optimizer optimizer = options.Optimizer == OptimizerKind.Sgd
            ? new SgdOptimizer(dense, embeddings, device.Team)
            : new AdamOptimizer(dense, embeddings, device.Team, device.Width);
        optimizer.MaximumValue = options.MaximumGradientValue ?? float.PositiveInfinity;
        return optimizer;
    }

    /// <summary>v: each element of a gradient is limited to [-v, v], before the norm is.</summary>
    public float MaximumValue { get; set; } = float.PositiveInfinity;

    /// <summary>Updates all parameters and zeroes the dense gradients.</summary>
    /// <returns>The gradient's norm before clipping; where it is not finite, nothing was updated, and the gradients are gone.</returns>
    public double Step(float learningRate, float weightDecay, float maximumNorm)
    {
        var rows = 0;
        foreach (var table in _sparse)
            rows += table.TouchedCount;
        if (_rowNorms.Length < rows)
            (_rowNorms, _limitedRowNorms) = (new double[rows], new double[rows]);
        _team.Run(new NormJob(this));
        var (sum, limitedSum) = (0.0, 0.0);
        foreach (var piece in _pieces)
            (sum, limitedSum) = (sum + piece.SumOfSquares, limitedSum + piece.LimitedSumOfSquares);
        for (var i = 0; i < rows; i++)
            (sum, limitedSum) = (sum + _rowNorms[i], limitedSum + _limitedRowNorms[i]);
        var (norm, limited) = (Math.Sqrt(sum), Math.Sqrt(limitedSum));
        if (!double.IsFinite(norm))
        {
            DiscardGradients();
            return norm;
        }
        BeginStep(learningRate, weightDecay, limited > maximumNorm ? (float)(maximumNorm / limited) : 1f);
        _team.Run(new UpdateJob(this));
        return norm;
    }

    /// <summary>Writes what the optimiser remembers from step to step.</summary>
    public abstract void Save(BinaryWriter writer);

    /// <summary>Reads what <see cref="Save"/> of an optimiser of the same parameters wrote.</summary>
    public abstract void Load(BinaryReader reader);

    public abstract void Dispose();

    /// <summary>Sets what all updates of a step have in common.</summary>
    protected abstract void BeginStep(float learningRate, float weightDecay, float scale);

    /// <summary>Updates a run of values and zeroes their gradients.</summary>
    /// <param name="parameter">What they belong to.</param>
    /// <param name="begin">Where they begin in its buffer.</param>
    /// <param name="gradient">Their gradients.</param>
    /// <param name="length">How many there are.</param>
    protected abstract void Update(Parameter parameter, long begin, float* gradient, int length);

    protected static void Write(BinaryWriter writer, NativeBuffer<float> values) =>
        writer.Write(MemoryMarshal.AsBytes(values.Span));

    protected static void Read(BinaryReader reader, NativeBuffer<float> values) =>
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.Span));

    private void NormShare(int worker)
    {
        var (begin, end) = _team.Share(_pieces.Count, 1, worker);
        for (var i = begin; i < end; i++)
        {
            var piece = _pieces[i];
            (piece.SumOfSquares, piece.LimitedSumOfSquares) = Limit(piece.Parameter, new Span<float>(piece.Parameter.Gradient + piece.Begin, piece.Length));
        }
        var first = 0;
        foreach (var table in _sparse)
        {
            (begin, end) = _team.Share(table.TouchedCount, 1, worker);
            for (var i = begin; i < end; i++)
                (_rowNorms[first + i], _limitedRowNorms[first + i]) = Limit(table.Value, table.Gradients.Slice(i * table.Stride, table.Stride));
            first += table.TouchedCount;
        }
    }

    /// <summary>Limits the elements of a gradient; the sum of their squares before, which tells of what is not finite, and after.</summary>
    private (double Before, double After) Limit(Parameter parameter, Span<float> gradient)
    {
        if (parameter.RateFactor == 0)
            return default;
        double before = RowMath.SumOfSquares(gradient);
        if (float.IsPositiveInfinity(MaximumValue))
            return (before, before);
        TensorPrimitives.Clamp(gradient, -MaximumValue, MaximumValue, gradient);
        return (before, RowMath.SumOfSquares(gradient));
    }

    private void DiscardGradients()
    {
        foreach (var piece in _pieces)
            new Span<float>(piece.Parameter.Gradient + piece.Begin, piece.Length).Clear();
        foreach (var table in _sparse)
            table.DiscardGradient();
    }

    private void UpdateShare(int worker)
    {
        var (begin, end) = _team.Share(_pieces.Count, 1, worker);
        for (var i = begin; i < end; i++)
        {
            var piece = _pieces[i];
            var gradient = piece.Parameter.Gradient + piece.Begin;
            if (piece.Parameter.RateFactor == 0)
                new Span<float>(gradient, piece.Length).Clear();
            else
                Update(piece.Parameter, piece.Begin, gradient, piece.Length);
        }
        foreach (var table in _sparse)
        {
            (begin, end) = _team.Share(table.TouchedCount, 1, worker);
            for (var i = begin; i < end && table.Value.RateFactor != 0; i++)
                Update(table.Value, (long)table.Touched[i] * table.Stride, table.Gradient + (nint)i * table.Stride, table.Stride);
        }
    }

    private readonly struct NormJob(Optimizer optimizer) : IJob
    {
        public void Run(int worker) => optimizer.NormShare(worker);
    }

    private readonly struct UpdateJob(Optimizer optimizer) : IJob
    {
        public void Run(int worker) => optimizer.UpdateShare(worker);
    }
}
