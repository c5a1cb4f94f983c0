using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <summary>
/// How a chunk is cut in pieces for attention: some steps at a time, so that what is read of a source token serves them all, and of these some rows at a time, for weights exist for one
/// piece only. All rows of some steps come before the next steps, so that sums are in the same order however rows are grouped.
/// </summary>
internal sealed class AttentionPieces
{
    /// <summary>With as many gradients beside the queries, they fill a panel of the widest kind.</summary>
    private const int MostSteps = 16;

    /// <summary>Weights of a piece, if there are rows enough; with their gradients 256 KB.</summary>
    private const int Weights = 1 << 15;

    private readonly List<int> _ends = [];
    private readonly List<long> _tokensBefore = [];

    /// <summary>Steps of a piece, at the most.</summary>
    public int Steps { get; private set; } = 1;

    /// <summary>Weights of the largest piece.</summary>
    public long MostWeights { get; private set; }

    /// <summary>The most steps of a piece of chunks with up to so many.</summary>
    public static int StepsOf(int chunkSteps) => Math.Min(chunkSteps, MostSteps);

    /// <summary>The most bytes of a piece's weights, and the gradients by its scores.</summary>
    /// <param name="rows">B.</param>
    /// <param name="sourceSteps">S.</param>
    /// <param name="chunkSteps">Steps of a chunk.</param>
    /// <param name="workers">Who shares the rows.</param>
    public static long Bytes(int rows, int sourceSteps, int chunkSteps, int workers)
    {
        var row = (long)sourceSteps * StepsOf(chunkSteps);
        return 2L * sizeof(float) * Math.Min(rows * row, Math.Max(workers * row, Weights + row));
    }

    /// <summary>Cuts a batch.</summary>
    /// <param name="chunkSteps">The most steps of its chunks.</param>
    /// <param name="sourceRows">Of each row that of its source.</param>
    /// <param name="memory">The sources.</param>
    /// <param name="workers">Who shares the rows: each has at least one.</param>
    public void Plan(int chunkSteps, ReadOnlySpan<int> sourceRows, SourceMemory memory, int workers)
    {
        Steps = StepsOf(chunkSteps);
        MostWeights = 0;
        _ends.Clear();
        _tokensBefore.Clear();
        var (tokens, first) = (0L, 0);
        for (var row = 0; row < sourceRows.Length; row++)
        {
            _tokensBefore.Add(tokens);
            tokens += memory.Length(sourceRows[row]);
            var weights = (tokens - _tokensBefore[first]) * Steps;
            if (row + 1 < sourceRows.Length && (row + 1 - first < workers || weights < Weights))
                continue;
            MostWeights = Math.Max(MostWeights, weights);
            _ends.Add(row + 1);
            first = row + 1;
        }
    }

    /// <summary>The first piece of a chunk.</summary>
    public AttentionPiece First(in Chunk chunk) => Piece(chunk, 0, 0);

    /// <summary>The one behind a piece; none behind the last.</summary>
    public AttentionPiece Next(in Chunk chunk, in AttentionPiece piece)
    {
        if (piece.EndRow < chunk.ActiveRows(piece.FirstStep))
            return Piece(chunk, piece.FirstStep, piece.EndRow);
        return piece.FirstStep + Steps < chunk.Steps ? Piece(chunk, piece.FirstStep + Steps, 0) : default;
    }

    /// <summary>Where the weights of a piece's row begin, of each <see cref="Steps"/> times S.</summary>
    public nint WeightsAt(in AttentionPiece piece, int row) => (nint)((_tokensBefore[row] - _tokensBefore[piece.FirstRow]) * Steps);

    private AttentionPiece Piece(in Chunk chunk, int step, int row)
    {
        var group = _ends.BinarySearch(row + 1);
        return new AttentionPiece(step, row, Math.Min(_ends[group < 0 ? ~group : group], chunk.ActiveRows(step)));
    }
}
