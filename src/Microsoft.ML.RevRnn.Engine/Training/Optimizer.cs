using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Updates parameters by their gradients, clipped by their global norm. Of an embedding with gradients in the batch's rows alone only these rows are
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

    /// <summary>Makes the optimiser of a kind.</summary>
    public static Optimizer Create(OptimizerKind kind, IEnumerable<Parameter> dense, IReadOnlyList<EmbeddingTable> embeddings, Device device) => kind == OptimizerKind.Sgd
        ? new SgdOptimizer(dense, embeddings, device.Team)
        : new AdamOptimizer(dense, embeddings, device.Team, device.Width);

    /// <summary>Updates all parameters and zeroes the dense gradients.</summary>
    /// <returns>The gradient's norm before clipping; where it is not finite, nothing was updated.</returns>
    public double Step(float learningRate, float weightDecay, float maximumNorm)
    {
        var rows = 0;
        foreach (var table in _sparse)
            rows += table.TouchedCount;
        if (_rowNorms.Length < rows)
            _rowNorms = new double[rows];
        _team.Run(new NormJob(this));
        var sum = 0.0;
        foreach (var piece in _pieces)
            sum += piece.SumOfSquares;
        for (var i = 0; i < rows; i++)
            sum += _rowNorms[i];
        var norm = Math.Sqrt(sum);
        if (!double.IsFinite(norm))
            return norm;
        BeginStep(learningRate, weightDecay, norm > maximumNorm ? (float)(maximumNorm / norm) : 1f);
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
            piece.SumOfSquares = piece.Parameter.RateFactor == 0
                ? 0
                : RowMath.SumOfSquares(new ReadOnlySpan<float>(piece.Parameter.Gradient + piece.Begin, piece.Length));
        }
        var first = 0;
        foreach (var table in _sparse)
        {
            (begin, end) = _team.Share(table.TouchedCount, 1, worker);
            for (var i = begin; i < end; i++)
                _rowNorms[first + i] = table.Value.RateFactor == 0 ? 0 : RowMath.SumOfSquares(table.Gradients.Slice(i * table.Stride, table.Stride));
            first += table.TouchedCount;
        }
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
