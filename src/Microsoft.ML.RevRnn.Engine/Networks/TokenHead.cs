using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// From each output the distribution of the next token of its row, and its cross-entropy. Scores exist for <see cref="PieceRows"/> outputs at a time, and in
/// training only on the way back: the forward pass needs none.
/// </summary>
internal abstract unsafe class TokenHead : IDisposable
{
    private const int LeastPieceRows = 48;
    private const int MostPieceRows = 128;
    private const int PieceBytes = 1 << 20;

    private const ulong OutputDropout = 1002;

    private readonly Dropout? _dropout;
    private readonly NativeBuffer<float> _dropped;
    private readonly Action<int> _score;
    private readonly Action<int> _weightGradient;
    private int[] _targets = [];
    private int[] _rows = [];
    private float* _chunkOutputs;
    private float* _chunkGradient;

    /// <param name="parameters">The weights.</param>
    /// <param name="stack">Gives the outputs.</param>
    /// <param name="tokens">Most scores of an output.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    /// <param name="team">Workers.</param>
    /// <param name="width">Register width.</param>
    protected TokenHead(LanguageModelParameters parameters, RecurrentStack stack, int tokens, float dropout, WorkerTeam team, SimdWidth width)
    {
        PieceRows = PieceRowsFor(tokens);
        Results = new BatchResult[PieceRows];
        Parameters = parameters;
        Stack = stack;
        Team = team;
        Kernel = MatrixKernel.For(width);
        PackedOutputs = new PackedMatrix(0, 0, Kernel, stack.Memory);
        _dropout = dropout > 0 ? Dropout.For(width, dropout) : null;
        _dropped = new NativeBuffer<float>(stack.Memory);
        _score = ScoreShare;
        _weightGradient = WeightGradientShare;
    }

    /// <summary>Bytes that a head's buffers take, whatever the batch.</summary>
    /// <param name="options">Shape of the stack below.</param>
    /// <param name="softmaxSamples">Tokens drawn for a batch's softmax; 0 for all of them.</param>
    /// <param name="dropout">Rate of the outputs' dropout.</param>
    public static long Bytes(StackOptions options, int softmaxSamples, float dropout)
    {
        var stride = options.Shape(options.Layers - 1).StateStride;
        var tokens = softmaxSamples == 0 ? options.Vocabulary : Math.Min(softmaxSamples, options.Vocabulary);
        return PieceRowsFor(tokens) * sizeof(float) * ((long)PackedMatrix.RoundUp(tokens) + PackedMatrix.RoundUp(stride) + (dropout > 0 ? stride : 0));
    }

    /// <summary>As many as keep the scores within a megabyte, but enough to multiply efficiently.</summary>
    private static int PieceRowsFor(int tokens) => Math.Clamp(PieceBytes / sizeof(float) / tokens, LeastPieceRows, MostPieceRows);

    protected LanguageModelParameters Parameters { get; }

    protected RecurrentStack Stack { get; }

    protected WorkerTeam Team { get; }

    protected MatrixKernel Kernel { get; }

    /// <summary>The piece's outputs as right factor of the weight gradient.</summary>
    protected PackedMatrix PackedOutputs { get; }

    /// <summary>What each output of the piece found.</summary>
    protected BatchResult[] Results { get; }

    /// <summary>Outputs of a piece, all but the last one of a chunk.</summary>
    protected int PieceRows { get; }

    /// <summary>Length of a row of outputs.</summary>
    protected int Stride => Stack.OutputStride;

    /// <summary>Outputs of the piece.</summary>
    protected int Rows { get; private set; }

    /// <summary>Factor of a single prediction's loss in the batch's.</summary>
    protected float Scale { get; private set; }

    protected bool IsTraining { get; private set; }

    private int Piece { get; set; }

    private ulong DropoutSeed { get; set; }

    /// <summary>Must be called after each change of the weights, and before each training batch; the seed gives dropout's masks.</summary>
    public void PackWeights(bool forTraining, ulong dropoutSeed = 0)
    {
        IsTraining = forTraining;
        DropoutSeed = dropoutSeed;
        Pack(dropoutSeed);
    }

    /// <summary>Cross-entropy of a recovered chunk's outputs, its gradient by the weights, and by the outputs into the stack.</summary>
    public BatchResult Backward(in Chunk chunk) => Run(chunk, training: true);

    /// <summary>After a batch's last chunk: completes the gradients by the weights.</summary>
    public virtual void FinishBackward()
    {
    }

    public virtual void Dispose()
    {
        PackedOutputs.Dispose();
        _dropped.Dispose();
    }

    protected BatchResult Run(in Chunk chunk, bool training) => Run(chunk, chunk.FlatRows, training, default);

    /// <summary>Adds what the first <paramref name="count"/> outputs find to <paramref name="result"/>, one after the other.</summary>
    protected BatchResult Run(in Chunk chunk, int count, bool training, BatchResult result)
    {
        IsTraining = training;
        _chunkOutputs = Stack.Outputs(chunk);
        _chunkGradient = training ? Stack.OutputGradient : null;
        Scale = 1f / chunk.Batch.TokenCount;
        if (training && _dropout != null)
            _dropped.EnsureLength((long)PieceRows * Stride);
        PreparePieces();
        FindTargets(chunk);
        for (Piece = 0; Piece < count; Piece += PieceRows)
        {
            Rows = Math.Min(PieceRows, count - Piece);
            Team.Run(_score);
            // Row after row, so that the sum does not depend on the number of threads.
            foreach (var row in Results.AsSpan(0, Rows))
                result += row;
            if (!training)
                continue;
            PackedOutputs.Resize(Rows, Stride);
            Team.Run(_weightGradient);
        }
        return result;
    }

    /// <summary>Brings the packed weights up to date.</summary>
    protected abstract void Pack(ulong seed);

    /// <summary>Makes room for a piece's scores.</summary>
    protected abstract void PreparePieces();

    /// <summary>A worker's share of the piece's scores, losses, and gradients by the outputs.</summary>
    protected abstract void ScoreShare(int worker);

    /// <summary>A worker's share of the piece's part of the gradients by the weights.</summary>
    protected abstract void WeightGradientShare(int worker);

    /// <summary>The target of an output of the piece.</summary>
    protected int Target(int row) => _targets[Piece + row];

    /// <summary>The outputs of the piece's rows [begin, end), after dropout.</summary>
    protected float* ReadOutputs(int begin, int end)
    {
        var outputs = _chunkOutputs + (nint)Piece * Stride;
        if (_dropout == null || !IsTraining)
            return outputs + (nint)begin * Stride;
        for (var r = begin; r < end; r++)
            _dropout.Apply(outputs + (nint)r * Stride, _dropped.Pointer + (nint)r * Stride, Stride, DropoutKey(r));
        return _dropped.Pointer + (nint)begin * Stride;
    }

    /// <summary>All outputs of the piece as <see cref="ReadOutputs"/> left them.</summary>
    protected float* PieceOutputs => _dropout == null ? _chunkOutputs + (nint)Piece * Stride : _dropped.Pointer;

    /// <summary>Where the gradient by an output of the piece goes.</summary>
    protected float* OutputGradient(int row) => _chunkGradient + (nint)(Piece + row) * Stride;

    /// <summary>From the gradients by the dropped outputs of rows [begin, end) to those by the outputs.</summary>
    protected void ApplyDropoutToGradients(int begin, int end)
    {
        for (var r = begin; r < end && _dropout != null; r++)
            _dropout.Apply(OutputGradient(r), OutputGradient(r), Stride, DropoutKey(r));
    }

    private ulong DropoutKey(int row) => CounterRandom.Key(DropoutSeed, OutputDropout, (ulong)_rows[Piece + row]);

    private void FindTargets(in Chunk chunk)
    {
        if (_targets.Length < chunk.FlatRows)
        {
            _targets = new int[chunk.FlatRows];
            _rows = new int[chunk.FlatRows];
        }
        var batch = chunk.Batch;
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            var next = chunk.First + s + 1;
            var continuing = next < batch.StepCount ? batch.ActiveRows(next) : 0;
            for (var b = 0; b < chunk.ActiveRows(s); b++, r++)
            {
                _targets[r] = b < continuing ? batch.Tokens[(int)batch.FlatOffset(next) + b] : batch.TokenAfter(b);
                _rows[r] = b;
            }
        }
    }
}
