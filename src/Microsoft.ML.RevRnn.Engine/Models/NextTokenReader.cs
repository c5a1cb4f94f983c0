using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>Reads a text with a language model: sums the cross-entropies of its tokens as they come, and tells the distribution of the next one.</summary>
/// <param name="output">The weights.</param>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="createMemory">Makes what is kept of the text, for outputs of a length; null for nothing.</param>
internal sealed unsafe class NextTokenReader(LinearParameters output, ISequenceEncoder encoder, Func<int, ITokenMemory>? createMemory = null) : ReadingHead
{
    /// <summary>Outputs whose probabilities of all tokens exist at once.</summary>
    private const int PieceRows = 48;

    private readonly SoftmaxTokenHead _head = new(output, encoder, NextTokenTargets.Instance);
    private readonly ITokenMemory? _memory = createMemory?.Invoke(encoder.OutputStride);
    private readonly NativeBuffer<float> _logProbabilities = new(encoder.Device.Memory);
    private int[] _targets = [];
    private float* _last;

    /// <summary>Sum of cross-entropies, in nats; it is added to token by token, however the text is cut.</summary>
    public double Loss { get; set; }

    /// <summary>At a text's beginning.</summary>
    public void Forget() => _memory?.Clear();

    public override ISequenceHead Scoring => _head;

    public override void PackWeights(bool forTraining, ulong seed) => _head.PackWeights(forTraining, seed);

    public override void ShareWeights(ISequenceHead? owner) => _head.ShareWeights(owner);

    public override void Begin(PackedBatch batch, bool training, ulong seed) => _head.Begin(batch, training, seed);

    public override void Forward(in Chunk chunk)
    {
        _last = encoder.Outputs(chunk) + (nint)(chunk.FlatRows - 1) * encoder.OutputStride;
        // What follows the last output has not been read.
        var known = chunk.Index + 1 < encoder.ChunkCount ? chunk.FlatRows : chunk.FlatRows - 1;
        if (known == 0)
            return;
        if (_memory == null)
            Loss = _head.Score(chunk, known, new BatchResult(Loss, 0, 0)).LossSum;
        else
            Read(_memory, chunk, known);
    }

    /// <summary>log p of each token as the next one, [V].</summary>
    public void LogProbabilities(Span<float> logProbabilities)
    {
        _head.LogProbabilities(_last, logProbabilities);
        if (_memory == null)
            return;
        _logProbabilities.EnsureLength(output.Outcomes);
        logProbabilities.CopyTo(_logProbabilities.Span);
        _memory.Mix(Output(_last), logProbabilities);
    }

    /// <summary>The cross-entropy of a token that is read as the next one, after <see cref="LogProbabilities"/>.</summary>
    public double Read(int token)
        => _memory == null ? _head.CrossEntropy(token) : -_memory.Read(Output(_last), new ReadOnlySpan<float>(_logProbabilities.Pointer, output.Outcomes), token);

    /// <summary>The cross-entropy of a token as the next one, which is not read.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logProbabilities">What <see cref="LogProbabilities"/> gave.</param>
    public double CrossEntropy(int token, ReadOnlySpan<float> logProbabilities) => _memory == null ? _head.CrossEntropy(token) : -logProbabilities[token];

    public override void Dispose()
    {
        _head.Dispose();
        _logProbabilities.Dispose();
    }

    /// <summary>The chunk's first outputs, token after token; log p is that of single outputs, to the bit.</summary>
    private void Read(ITokenMemory memory, in Chunk chunk, int count)
    {
        if (_targets.Length < chunk.FlatRows)
            _targets = new int[chunk.FlatRows];
        NextTokenTargets.Instance.Find(chunk, _targets);
        _logProbabilities.EnsureLength((long)PieceRows * _head.ScoreStride);
        var outputs = encoder.Outputs(chunk);
        for (var first = 0; first < count; first += PieceRows)
        {
            var rows = Math.Min(PieceRows, count - first);
            _head.LogProbabilities(outputs + (nint)first * encoder.OutputStride, rows, _logProbabilities.Pointer);
            for (var row = 0; row < rows; row++)
            {
                var logProbabilities = new ReadOnlySpan<float>(_logProbabilities.Pointer + (nint)row * _head.ScoreStride, output.Outcomes);
                Loss -= memory.Read(Output(outputs + (nint)(first + row) * encoder.OutputStride), logProbabilities, _targets[first + row]);
            }
        }
    }

    private ReadOnlySpan<float> Output(float* row) => new(row, encoder.OutputStride);
}
