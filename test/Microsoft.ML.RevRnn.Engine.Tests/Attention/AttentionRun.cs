using Microsoft.ML.RevRnn.Attention;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The engine's attention over given token vectors, slices and outputs of a decoder. Arrays are as in golden files: [T][B], [S][B].</summary>
internal sealed unsafe class AttentionRun : IDisposable
{
    private readonly AttentionShape _shape;
    private readonly EncoderParameters _tokens;
    private readonly GivenOutputs _encoder;
    private readonly GivenOutputs _given;
    private readonly SourceMemory _memory;
    private readonly AttentionDecoder _decoder;
    private readonly PackedBatch _sources = new();
    private readonly PackedBatch _targets = new();

    /// <param name="shape">What a context is.</param>
    /// <param name="sources">Tokens of each row.</param>
    /// <param name="steps">T.</param>
    /// <param name="slices">Of a row at a source token.</param>
    /// <param name="queries">q of a row at a step.</param>
    public AttentionRun(AttentionShape shape, int[][] sources, int steps, Func<int, int, double[]> slices, Func<int, int, double[]> queries)
    {
        _shape = shape;
        _tokens = new EncoderParameters(shape.Encoder);
        Parameters = new AttentionParameters(shape);
        var columns = shape.Decoder.Top.StateColumns();
        // Rows of a batch are sorted by length: the given arrays are asked for by members.
        _encoder = new GivenOutputs(columns, shape.StateStride, (row, s) => slices(_sources.MemberOfRow(row), s));
        _given = new GivenOutputs(columns, shape.StateStride, (row, t) => queries(_targets.MemberOfRow(row), t));
        _memory = new SourceMemory(shape, _encoder, _tokens.Embedding, default, 0, _encoder.Device);
        _decoder = new AttentionDecoder(shape, Parameters, _given, _memory, 0, _given.Device);
        _sources.Fill(sources, Parameter.Identity(sources.Length), 0);
        _targets.Fill([.. sources.Select(_ => new int[steps])], Parameter.Identity(sources.Length), 0);
    }

    public AttentionParameters Parameters { get; }

    public EmbeddingTable Vectors => _tokens.Embedding;

    /// <summary>[T][B] out.</summary>
    public double[] Forward()
    {
        _decoder.PrepareTraining();
        Run(isTraining: true);
        Vectors.BeginGradient(_sources);
        _decoder.BeginBackward(1);
        _decoder.Recover(_decoder.GetChunk(0));
        return Outputs();
    }

    /// <summary>[B] out of a single step, as translating runs it.</summary>
    public double[] Step()
    {
        Run(isTraining: false);
        return Outputs();
    }

    /// <summary>Of each member the place of the source token that most of the step's attention was on.</summary>
    public int[] Alignments() => [.. Enumerable.Range(0, _targets.RowCount).Select(member => _decoder.Alignments[_targets.RowOfMember(member)])];

    /// <summary>[T][B] gradient by q, from that by out.</summary>
    public double[] Backward(Func<int, int, int, double> outputGradient)
    {
        var chunk = _decoder.GetChunk(0);
        for (var t = 0; t < chunk.Steps; t++)
        {
            for (var row = 0; row < _targets.RowCount; row++)
            {
                for (var i = 0; i < _shape.OutputSize; i++)
                    _decoder.OutputGradient[(chunk.FlatRow(t) + row) * _shape.OutputStride + i] = (float)outputGradient(t, _targets.MemberOfRow(row), i);
            }
        }
        _decoder.Backward(chunk);
        return [.. Enumerable.Range(0, chunk.Steps).SelectMany(t => Enumerable.Range(0, _targets.RowCount).SelectMany(member => _given.Gradient(_targets.RowOfMember(member), t)))];
    }

    /// <summary>The gradient by the slice of a member's source token.</summary>
    public double[] SliceGradient(int member, int token)
    {
        var gradient = new double[_shape.SliceLength];
        for (var i = 0; i < gradient.Length; i++)
            gradient[i] = _memory.SliceGradients(_sources.RowOfMember(member))[token * _shape.SliceLength + i];
        return gradient;
    }

    /// <summary>The gradient by a token's vector; zero where no source has it.</summary>
    public double[] VectorGradient(int token)
    {
        var slot = Vectors.Touched.IndexOf(token);
        return Array.ConvertAll(Vectors.Columns, column => slot < 0 ? 0.0 : Vectors.Gradient[slot * Vectors.Stride + column]);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _memory.Dispose();
        _encoder.Dispose();
        Parameters.Dispose();
        _tokens.Dispose();
    }

    private int[] SourceRows() => [.. Enumerable.Range(0, _targets.RowCount).Select(row => _sources.RowOfMember(_targets.MemberOfRow(row)))];

    private void Run(bool isTraining)
    {
        _decoder.PackWeights(isTraining);
        _encoder.Begin(_sources, isTraining);
        _memory.Begin(_sources, isTraining);
        var chunk = _encoder.GetChunk(0);
        _encoder.Forward(chunk);
        _memory.Take(chunk);
        _decoder.Assign(SourceRows(), isStepping: !isTraining);
        _decoder.Begin(_targets, isTraining);
        _decoder.Forward(_decoder.GetChunk(0));
    }

    private double[] Outputs()
    {
        var chunk = _decoder.GetChunk(0);
        return
        [
            .. Enumerable.Range(0, chunk.Steps).SelectMany(t => Enumerable.Range(0, _targets.RowCount).SelectMany(
                member => Enumerable.Range(0, _shape.OutputSize).Select(i => (double)_decoder.Outputs(chunk)[(chunk.FlatRow(t) + _targets.RowOfMember(member)) * _shape.OutputStride + i]))),
        ];
    }
}
