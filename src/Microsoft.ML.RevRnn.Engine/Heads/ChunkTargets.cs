using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>What the outcomes of a chunk's outputs should be, and what they weigh.</summary>
/// <param name="targets">Knows it of a batch.</param>
internal sealed class ChunkTargets(ITokenTargets targets)
{
    private int[] _outcomes = [];
    private int[] _rows = [];
    private float[] _weights = [];
    private double _weight;
    private float _heaviest;

    /// <summary>The factor in the batch's loss of that of a prediction that weighs 1.</summary>
    public float Scale => 1f / (float)_weight;

    /// <summary>The factor of that which weighs most.</summary>
    public float LossScale => _heaviest * Scale;

    /// <summary>Weighs a batch.</summary>
    public void Begin(PackedBatch batch) => (_weight, _heaviest) = targets.Weigh(batch);

    /// <summary>Finds those of a chunk's flat rows.</summary>
    public void Find(in Chunk chunk)
    {
        if (_outcomes.Length < chunk.FlatRows)
        {
            _outcomes = new int[chunk.FlatRows];
            _rows = new int[chunk.FlatRows];
        }
        targets.Find(chunk, _outcomes);
        var r = 0;
        for (var s = 0; s < chunk.Steps; s++)
        {
            for (var b = 0; b < chunk.ActiveRows(s); b++)
                _rows[r++] = b;
        }
        if (!targets.IsWeighted)
            return;
        if (_weights.Length < chunk.FlatRows)
            _weights = new float[chunk.FlatRows];
        for (r = 0; r < chunk.FlatRows; r++)
            _weights[r] = targets.Weight(chunk.Batch, _rows[r], _outcomes[r]);
    }

    /// <summary>What the outcome of a flat row should be.</summary>
    public int Outcome(int flatRow) => _outcomes[flatRow];

    /// <summary>What it weighs.</summary>
    public float Weight(int flatRow) => targets.IsWeighted ? _weights[flatRow] : 1;

    /// <summary>The row of the batch that it is of.</summary>
    public int Row(int flatRow) => _rows[flatRow];
}
