using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// AdamW with clipping by the global norm. Of the embedding only the rows of the batch's tokens are updated, with their moments
/// (lazy Adam), so that a step costs what the batch costs and not what the vocabulary does.
/// </summary>
internal sealed unsafe class AdamOptimizer : IDisposable
{
    /// <summary>Values of one piece of work: the norm is summed piece by piece in their order, whatever the number of threads.</summary>
    private const int PieceLength = 16 * 1024;

    private readonly EmbeddingTable _embedding;
    private readonly WorkerTeam _team;
    private readonly AdamKernel _kernel;
    private readonly List<Piece> _pieces = [];
    private readonly List<NativeBuffer<float>> _moments = [];
    private readonly NativeBuffer<float> _embeddingFirst;
    private readonly NativeBuffer<float> _embeddingSecond;
    private readonly Action<int> _norms;
    private readonly Action<int> _update;
    private double[] _rowNorms = [];
    private long _step;
    private float _scale;
    private float _rate;
    private float _root;
    private float _keep;

    public AdamOptimizer(IEnumerable<Parameter> dense, EmbeddingTable embedding, WorkerTeam team, SimdWidth width)
    {
        _embedding = embedding;
        _team = team;
        _kernel = AdamKernel.For(width);
        foreach (var parameter in dense)
        {
            parameter.EnableGradient();
            var length = (long)parameter.RowCapacity * parameter.Stride;
            var first = new NativeBuffer<float>(length);
            var second = new NativeBuffer<float>(length);
            _moments.Add(first);
            _moments.Add(second);
            for (var begin = 0L; begin < length; begin += PieceLength)
                _pieces.Add(new Piece(parameter, first, second, begin, (int)Math.Min(PieceLength, length - begin)));
        }
        _embeddingFirst = new NativeBuffer<float>((long)embedding.Value.RowCapacity * embedding.Stride);
        _embeddingSecond = new NativeBuffer<float>(_embeddingFirst.Length);
        _norms = NormShare;
        _update = UpdateShare;
    }

    /// <summary>Updates all parameters and zeroes the dense gradients.</summary>
    /// <returns>The gradient's norm before clipping.</returns>
    public double Step(float learningRate, float weightDecay, float maximumNorm)
    {
        if (_rowNorms.Length < _embedding.TouchedCount)
            _rowNorms = new double[_embedding.TouchedCount];
        _team.Run(_norms);
        var sum = 0.0;
        foreach (var piece in _pieces)
            sum += piece.SumOfSquares;
        for (var i = 0; i < _embedding.TouchedCount; i++)
            sum += _rowNorms[i];
        var norm = Math.Sqrt(sum);
        if (!double.IsFinite(norm))
            return norm;
        _step++;
        _scale = norm > maximumNorm ? (float)(maximumNorm / norm) : 1f;
        _rate = (float)(learningRate / (1 - Math.Pow(AdamKernel.Beta1, _step)));
        _root = (float)Math.Sqrt(1 - Math.Pow(AdamKernel.Beta2, _step));
        _keep = 1 - learningRate * weightDecay;
        _team.Run(_update);
        return norm;
    }

    public void Dispose()
    {
        foreach (var buffer in _moments)
            buffer.Dispose();
        _embeddingFirst.Dispose();
        _embeddingSecond.Dispose();
    }

    private void NormShare(int worker)
    {
        var (begin, end) = _team.Share(_pieces.Count, 1, worker);
        for (var i = begin; i < end; i++)
        {
            var piece = _pieces[i];
            piece.SumOfSquares = TensorPrimitives.SumOfSquares(new ReadOnlySpan<float>(piece.Parameter.Gradient + piece.Begin, piece.Length));
        }
        (begin, end) = _team.Share(_embedding.TouchedCount, 1, worker);
        for (var i = begin; i < end; i++)
            _rowNorms[i] = TensorPrimitives.SumOfSquares<float>(_embedding.Gradients.Slice(i * _embedding.Stride, _embedding.Stride));
    }

    private void UpdateShare(int worker)
    {
        var (begin, end) = _team.Share(_pieces.Count, 1, worker);
        for (var i = begin; i < end; i++)
        {
            var piece = _pieces[i];
            var parameter = piece.Parameter;
            _kernel.Step(parameter.Value + piece.Begin, parameter.Gradient + piece.Begin,
                piece.First.Pointer + piece.Begin, piece.Second.Pointer + piece.Begin, piece.Length,
                _scale, _rate, _root, parameter.IsDecayed ? _keep : 1f);
        }
        (begin, end) = _team.Share(_embedding.TouchedCount, 1, worker);
        for (var i = begin; i < end; i++)
        {
            var row = (nint)_embedding.Touched[i] * _embedding.Stride;
            _kernel.Step(_embedding.Value.Value + row, _embedding.Gradient + (nint)i * _embedding.Stride,
                _embeddingFirst.Pointer + row, _embeddingSecond.Pointer + row, _embedding.Stride, _scale, _rate, _root, 1f);
        }
    }

    private sealed class Piece(Parameter parameter, NativeBuffer<float> first, NativeBuffer<float> second, long begin, int length)
    {
        public Parameter Parameter { get; } = parameter;

        public NativeBuffer<float> First { get; } = first;

        public NativeBuffer<float> Second { get; } = second;

        public long Begin { get; } = begin;

        public int Length { get; } = length;

        public double SumOfSquares { get; set; }
    }
}
