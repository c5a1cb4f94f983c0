using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Analysis;

/// <summary>A classifier's head that notes what the outputs of one sequence did over its last steps. Of two directions each step has what both read at it, the second from the end.</summary>
/// <param name="head">The classifier's.</param>
/// <param name="encoder">Gives the outputs.</param>
/// <param name="options">What is looked at.</param>
internal sealed unsafe class TracedHead(PooledHead head, ISequenceEncoder encoder, CoverageOptions options) : ReadingHead
{
    private double[] _sums = [];
    private double _sumBefore;
    private UnitTrace _units = UnitTrace.Of(0);

    /// <summary>The network's scores of the last sequence.</summary>
    public ReadOnlySpan<float> Scores => head.Outcomes(0);

    /// <summary>What was noted of the last sequence.</summary>
    public StateTrace Trace(float[] scores) => new(scores, _sums, _sumBefore, _units);

    public override void PackWeights(bool forTraining, ulong seed) => head.PackWeights(forTraining, seed);

    public override void Begin(PackedBatch batch, bool training, ulong seed)
    {
        head.Begin(batch, training, seed);
        // A trace has its own from now on.
        _sums = new double[options.WindowLength];
        _sumBefore = 0;
        _units = UnitTrace.Of(encoder.OutputColumns.Length);
    }

    public override void Forward(in Chunk chunk)
    {
        head.Forward(chunk);
        var start = chunk.Batch.StepCount - _sums.Length;
        for (var s = Math.Max(0, start - 1 - chunk.First); s < chunk.Steps; s++)
            Note(chunk.First + s - start, encoder.Outputs(chunk) + (nint)s * encoder.OutputStride);
    }

    public override void FinishForward() => head.FinishForward();

    public override void Release() => ((ISequenceHead)head).Release();

    public override void Dispose() => head.Dispose();

    /// <param name="step">The step of the window; -1 for the one before it.</param>
    /// <param name="outputs">Its outputs.</param>
    private void Note(int step, float* outputs)
    {
        var columns = encoder.OutputColumns;
        var sum = 0.0;
        for (var unit = 0; unit < columns.Length; unit++)
        {
            var value = outputs[columns[unit]];
            sum += value;
            if (step >= 0)
                _units.Add(unit, value, options.Sections);
        }
        if (step >= 0)
            _sums[step] = sum;
        else
            _sumBefore = sum;
    }
}
