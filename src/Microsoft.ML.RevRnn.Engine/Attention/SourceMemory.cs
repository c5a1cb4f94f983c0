using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// What attention can read of a batch of sources: of each token its number, for its vector is read from the table, and the units of the encoder's states that are asked for,
/// which are kept as the encoder runs; and the gradients by these units, until the encoder's backward pass takes them.
/// </summary>
internal sealed unsafe class SourceMemory : IDisposable
{
    private readonly AttentionShape _shape;
    private readonly ISequenceEncoder _encoder;
    private readonly EmbeddingTable _table;
    private readonly TokenInput _input;
    private readonly Dropout? _inputDropout;
    private readonly Dropout? _sliceDropout;
    private readonly NativeBuffer<float> _slices;
    private readonly NativeBuffer<float> _sliceGradients;
    private PackedBatch _batch = new();
    private int[] _first = [];
    private int[] _tokens = [];
    private bool _isTraining;
    private ulong _seed;

    /// <param name="shape">What a context is.</param>
    /// <param name="encoder">Gives the outputs.</param>
    /// <param name="table">The source tokens' vectors.</param>
    /// <param name="rates">The encoder's dropout: token vectors have the mask that they have as its input.</param>
    /// <param name="sliceRate">The rate of dropout of the units.</param>
    /// <param name="device">Its account is that of the units kept.</param>
    public SourceMemory(AttentionShape shape, ISequenceEncoder encoder, EmbeddingTable table, in DropoutRates rates, float sliceRate, Device device)
    {
        _shape = shape;
        _encoder = encoder;
        _table = table;
        _input = TokenInput.Create(table, rates, device, beginsGradient: false);
        _inputDropout = rates is { Input: > 0, InputByToken: false } ? Dropout.For(device.Width, rates.Input) : null;
        _sliceDropout = sliceRate > 0 ? Dropout.For(device.Width, sliceRate) : null;
        _slices = new NativeBuffer<float>(device.Memory);
        _sliceGradients = new NativeBuffer<float>(device.Memory);
    }

    /// <summary>Bytes that a source token takes in training.</summary>
    public static long BytesPerToken(AttentionShape shape) => 2L * sizeof(float) * shape.SliceLength;

    /// <summary>Starts a batch; the seed is the encoder's.</summary>
    public void Begin(PackedBatch batch, bool training, ulong seed = 0)
    {
        _batch = batch;
        _isTraining = training;
        _seed = seed;
        if (_first.Length < batch.RowCount)
            _first = new int[batch.RowCount];
        if (_tokens.Length < batch.TokenCount)
            _tokens = new int[batch.TokenCount];
        var first = 0;
        for (var row = 0; row < batch.RowCount; row++)
        {
            _first[row] = first;
            for (var t = 0; t < batch.Length(row); t++)
                _tokens[first + t] = batch.Tokens[(int)batch.FlatOffset(t) + row];
            first += batch.Length(row);
        }
        _input.Begin(batch, training, seed);
        _slices.EnsureLength((long)batch.TokenCount * _shape.SliceLength);
    }

    /// <summary>Frees what grows with the sources.</summary>
    public void Release()
    {
        _slices.Release();
        _sliceGradients.Release();
        _tokens = [];
    }

    /// <summary>S of a row's source.</summary>
    public int Length(int row) => _batch.Length(row);

    /// <summary>The tokens of a row's source.</summary>
    public ReadOnlySpan<int> Tokens(int row) => _tokens.AsSpan(_first[row], Length(row));

    /// <summary>[S, D k]: the units of a row's source, token after token.</summary>
    public float* Slices(int row) => _slices.Pointer + (nint)_first[row] * _shape.SliceLength;

    /// <summary>[S, D k]: the gradient by them.</summary>
    public float* SliceGradients(int row) => _sliceGradients.Pointer + (nint)_first[row] * _shape.SliceLength;

    /// <summary>The vector of a token as the encoder reads it, but for the mask of its row.</summary>
    /// <param name="token">One token.</param>
    /// <param name="scratch">Where it may be made.</param>
    public float* Vector(ReadOnlySpan<int> token, float* scratch)
    {
        if (_input.IsPlain)
            return _table.Value.Value + (nint)token[0] * _table.Stride;
        _input.Write(token, scratch);
        return scratch;
    }

    /// <summary>Writes a source token's context: its vector, its units, and zeros up to the padded length.</summary>
    /// <param name="row">The source's row.</param>
    /// <param name="token">The place of the token.</param>
    /// <param name="context">[C, padded].</param>
    public void Read(int row, int token, float* context)
    {
        if (_shape.HasEmbedding)
            _input.Write(Tokens(row).Slice(token, 1), context);
        var slice = new Span<float>(context + _shape.EmbeddingStride, _shape.ContextStride - _shape.EmbeddingStride);
        new ReadOnlySpan<float>(Slices(row) + (nint)token * _shape.SliceLength, _shape.SliceLength).CopyTo(slice);
        slice[_shape.SliceLength..].Clear();
    }

    /// <summary>Adds columns [begin, end) of the gradient by a source token's context; the others are not read.</summary>
    /// <param name="row">The source's row.</param>
    /// <param name="token">The place of the token.</param>
    /// <param name="gradient">[C, padded]; masked in place.</param>
    /// <param name="begin">The first column.</param>
    /// <param name="end">Behind the last one.</param>
    public void AddGradient(int row, int token, float* gradient, int begin, int end)
    {
        var vector = _shape.EmbeddingStride;
        if (begin < vector)
        {
            var number = Tokens(row).Slice(token, 1);
            _input.Mask(number, gradient);
            _input.AddGradient(number, gradient, begin, Math.Min(end, vector));
        }
        (begin, end) = (Math.Max(0, begin - vector), Math.Min(end - vector, _shape.SliceLength));
        if (begin >= end)
            return;
        var target = new Span<float>(SliceGradients(row) + (nint)token * _shape.SliceLength + begin, end - begin);
        TensorPrimitives.Add(target, new ReadOnlySpan<float>(gradient + vector + begin, end - begin), target);
    }

    /// <summary>
    /// Applies the locked masks of a row to a vector as long as a context. A mask times each context of a sum is the mask times the sum, and (a masked) v is a (v masked): so what is
    /// read of the sources needs no masks, and no copies that have them.
    /// </summary>
    public void Mask(int row, float* context)
    {
        if (!_isTraining)
            return;
        if (_shape.HasEmbedding)
            _inputDropout?.Apply(context, context, _shape.EmbeddingStride, CounterRandom.Key(_seed, RandomUse.LayerDropout, (ulong)row));
        if (_shape.SliceLength > 0)
        {
            var slice = context + _shape.EmbeddingStride;
            _sliceDropout?.Apply(slice, slice, _shape.ContextStride - _shape.EmbeddingStride, CounterRandom.Key(_seed, RandomUse.SliceDropout, (ulong)row));
        }
    }

    /// <summary>Keeps the units of a chunk that the encoder has just run.</summary>
    public void Take(in Chunk chunk)
    {
        if (_shape.SliceLength == 0)
            return;
        var outputs = _encoder.Outputs(chunk);
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++, outputs += _encoder.OutputStride)
            {
                for (var direction = 0; direction < _shape.Encoder.Directions; direction++)
                {
                    var target = Place(_slices, chunk.First + s, b, direction);
                    var source = outputs + direction * _shape.StateStride;
                    for (var i = 0; i < _shape.UnitsRead; i++)
                        target[i] = source[_shape.UnitColumns[i]];
                }
            }
        }
    }

    /// <summary>Before the decoder's backward pass: zero gradients.</summary>
    public void BeginBackward()
    {
        _sliceGradients.EnsureLength((long)_batch.TokenCount * _shape.SliceLength);
        _sliceGradients.Clear();
    }

    /// <summary>Writes the gradient by the outputs of a chunk that the encoder has just recovered: what attention gave, and zero for all else.</summary>
    public void Give(in Chunk chunk)
    {
        var gradient = _encoder.OutputGradient;
        new Span<float>(gradient, chunk.FlatRows * _encoder.OutputStride).Clear();
        for (var s = 0; s < chunk.Steps && _shape.SliceLength > 0; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++, gradient += _encoder.OutputStride)
            {
                for (var direction = 0; direction < _shape.Encoder.Directions; direction++)
                {
                    var source = Place(_sliceGradients, chunk.First + s, b, direction);
                    var target = gradient + direction * _shape.StateStride;
                    for (var i = 0; i < _shape.UnitsRead; i++)
                        target[_shape.UnitColumns[i]] = source[i];
                }
            }
        }
    }

    public void Dispose()
    {
        _slices.Dispose();
        _sliceGradients.Dispose();
    }

    /// <summary>The units of a direction after step t: those of token t, or from the last token on.</summary>
    private float* Place(NativeBuffer<float> values, int t, int row, int direction)
    {
        var token = direction == 0 ? t : Length(row) - 1 - t;
        return values.Pointer + (nint)(_first[row] + token) * _shape.SliceLength + direction * _shape.UnitsRead;
    }
}
