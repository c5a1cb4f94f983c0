using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>The work that threads share: tokens, and rows of the batch, which do not depend on each other.</content>
internal sealed unsafe partial class MemoryEncoder
{
    /// <summary>What a worker needs of its own: a value for each step, and a vector.</summary>
    private long ScratchLength => Batch.StepCount + OutputStride;

    private int Flat(int row, int step) => (int)Batch.FlatOffset(step) + row;

    private Span<float> Memory(NativeBuffer<float> memories, int flat, int memory)
        => new(memories.Pointer + (nint)flat * _parameters.MapStride + memory * OutputStride, OutputStride);

    /// <summary>p of a row's hop.</summary>
    private Span<float> Weights(int row, int hop) => new(_weights.Pointer + ((nint)row * Hops + hop) * Batch.StepCount, Batch.Length(row));

    private Span<float> State(int row, int state) => new(_states.Pointer + ((nint)row * (Hops + 1) + state) * OutputStride, OutputStride);

    private Span<float> StateGradient(int row) => new(_stateGradient.Pointer + (nint)row * OutputStride, OutputStride);

    private Span<float> OutputOf(int flat) => new(OutputRows.Pointer + (nint)flat * OutputStride, OutputStride);

    private Span<float> OutputGradientOf(int flat) => new(OutputGradient + (nint)flat * OutputStride, OutputStride);

    private (int Begin, int End) Rows(int worker) => Device.Team.Share(Batch.RowCount, 1, worker);

    private Span<float> StepScratch(int worker, int row) => new(_scratch.Pointer + ScratchLength * worker, Batch.Length(row));

    private Span<float> VectorScratch(int worker) => new(_scratch.Pointer + ScratchLength * worker + Batch.StepCount, OutputStride);

    /// <summary>Multiplies all memories of a token by what tells where it stands.</summary>
    private void Place(NativeBuffer<float> memories, int row, int step, Span<float> place)
    {
        var part = (step + 1f) / Batch.Length(row);
        for (var j = 0; j < place.Length; j++)
            place[j] = 1 - part - (j + 1f) / Layer.Units * (1 - 2 * part);
        for (var memory = 0; memory <= Hops; memory++)
        {
            var values = Memory(memories, Flat(row, step), memory);
            TensorPrimitives.Multiply(values, place, values);
        }
    }

    /// <summary>Reads a row's memories by u: p, and the next u.</summary>
    private void Hop(int row, int hop)
    {
        var weights = Weights(row, hop);
        var u = State(row, hop);
        var next = State(row, hop + 1);
        for (var step = 0; step < weights.Length; step++)
            weights[step] = RowMath.Dot(u, Memory(_memories, Flat(row, step), hop));
        TensorPrimitives.Subtract(weights, TensorPrimitives.Max<float>(weights), weights);
        RowMath.Exp(weights);
        TensorPrimitives.Multiply(weights, 1 / RowMath.Sum(weights), weights);
        u.CopyTo(next);
        for (var step = 0; step < weights.Length; step++)
            Add(Memory(_memories, Flat(row, step), hop + 1), weights[step], next);
    }

    /// <summary>
    /// With g the gradient by u_(k+1): that by m_t^(k+1) has p_t g, that by the score s_t is p_t (g m_t^(k+1) - sum_i p_i g m_i^(k+1)), that by m_t^k has it times u_k, and that by u_k is
    /// g + sum_t (that by s_t) m_t^k.
    /// </summary>
    private void HopBackward(int row, int hop, Span<float> ofScores, Span<float> ofNext)
    {
        var weights = Weights(row, hop);
        var u = State(row, hop);
        var gradient = StateGradient(row);
        gradient.CopyTo(ofNext);
        for (var step = 0; step < weights.Length; step++)
            ofScores[step] = RowMath.Dot(ofNext, Memory(_memories, Flat(row, step), hop + 1));
        TensorPrimitives.Subtract(ofScores, RowMath.Dot(weights, ofScores), ofScores);
        TensorPrimitives.Multiply(ofScores, weights, ofScores);
        for (var step = 0; step < weights.Length; step++)
        {
            var flat = Flat(row, step);
            Add(ofNext, weights[step], Memory(_memoryGradient, flat, hop + 1));
            Add(u, ofScores[step], Memory(_memoryGradient, flat, hop));
            Add(Memory(_memories, flat, hop), ofScores[step], gradient);
        }
    }

    /// <summary>In the order of rows, whoever computed them.</summary>
    private void AddQuestionGradient()
    {
        if (!Settings.LearnsWeights)
            return;
        var target = _parameters.Question.GradientRow(0);
        for (var row = 0; row < Batch.RowCount; row++)
            TensorPrimitives.Add(target, StateGradient(row), target);
    }

    /// <summary>target += factor * values, product and sum each rounded.</summary>
    private static void Add(ReadOnlySpan<float> values, float factor, Span<float> target) => TensorPrimitives.MultiplyAdd(values, factor, target, target);

    private readonly struct MapJob(MemoryEncoder encoder) : IJob
    {
        public void Run(int worker) => encoder.MapInputs(worker, encoder._maps[0], encoder._memories);
    }

    private readonly struct ReadJob(MemoryEncoder encoder) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = encoder.Rows(worker);
            for (var row = begin; row < end; row++)
            {
                var length = encoder.Batch.Length(row);
                for (var step = 0; step < length; step++)
                    encoder.Place(encoder._memories, row, step, encoder.VectorScratch(worker));
                encoder._parameters.Question.Row(0).CopyTo(encoder.State(row, 0));
                for (var hop = 0; hop < encoder.Hops; hop++)
                    encoder.Hop(row, hop);
                for (var step = 0; step < length - 1; step++)
                    encoder.Memory(encoder._memories, encoder.Flat(row, step), encoder.Hops).CopyTo(encoder.OutputOf(encoder.Flat(row, step)));
                encoder.State(row, encoder.Hops).CopyTo(encoder.OutputOf(encoder.Flat(row, length - 1)));
            }
        }
    }

    private readonly struct ReadBackwardJob(MemoryEncoder encoder) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = encoder.Rows(worker);
            for (var row = begin; row < end; row++)
            {
                var length = encoder.Batch.Length(row);
                for (var step = 0; step < length - 1; step++)
                    encoder.OutputGradientOf(encoder.Flat(row, step)).CopyTo(encoder.Memory(encoder._memoryGradient, encoder.Flat(row, step), encoder.Hops));
                encoder.OutputGradientOf(encoder.Flat(row, length - 1)).CopyTo(encoder.StateGradient(row));
                for (var hop = encoder.Hops - 1; hop >= 0; hop--)
                    encoder.HopBackward(row, hop, encoder.StepScratch(worker, row), encoder.VectorScratch(worker));
                for (var step = 0; step < length; step++)
                    encoder.Place(encoder._memoryGradient, row, step, encoder.VectorScratch(worker));
            }
        }
    }

    private readonly struct MapBackwardJob(MemoryEncoder encoder) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = encoder.Device.Team.Share(encoder.Batch.TokenCount, Grain, worker);
            if (begin < end)
                encoder.MapInputsBackward(begin, end, encoder._maps[0], encoder._memoryGradient);
        }
    }
}
