using System.Numerics.Tensors;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Attention;

/// <content>The work that threads share: products by flat rows, attention by rows of the batch, weight gradients and those by token vectors by columns.</content>
internal sealed unsafe partial class AttentionDecoder
{
    private (int Begin, int End) FlatShare(in Chunk chunk, int worker) => Team.Share(chunk.FlatRows, 4, worker);

    private float* VectorOf(int worker) => _buffers.Vectors.Pointer + (nint)worker * _shape.EmbeddingStride;

    private float* JoinedRow(NativeBuffer<float> joined, int flatRow) => joined.Pointer + (nint)flatRow * _shape.JoinedStride;

    private float* QueryRow(NativeBuffer<float> queries, int flatRow) => queries.Pointer + (nint)flatRow * _shape.ContextStride;

    /// <summary>Applies the mask of q to rows [begin, end) of a chunk.</summary>
    private void DropOutputs(in Chunk chunk, float* values, nint stride, int begin, int end)
    {
        if (_dropout == null || !_isTraining)
            return;
        for (var s = 0; s < chunk.Steps; s++)
        {
            var first = chunk.FlatRow(s);
            for (var r = Math.Max(begin, first); r < Math.Min(end, first + chunk.ActiveRows(s)); r++)
                _dropout.Apply(values + r * stride, values + r * stride, _shape.StateStride, CounterRandom.Key(_seed, RandomUse.OutputDropout, (ulong)(r - first)));
        }
    }

    /// <summary>Applies the masks of the sources to contexts, in rows [begin, end) of a chunk.</summary>
    private void MaskContexts(in Chunk chunk, float* values, nint stride, int begin, int end)
    {
        for (var s = 0; s < chunk.Steps && _isTraining; s++)
        {
            var first = chunk.FlatRow(s);
            for (var r = Math.Max(begin, first); r < Math.Min(end, first + chunk.ActiveRows(s)); r++)
                _memory.Mask(_sourceRows[r - first], values + r * stride);
        }
    }

    private readonly struct PackJob(AttentionDecoder decoder, bool forTraining) : IJob
    {
        public void Run(int worker)
        {
            Pack(decoder._parameters.Query, decoder._queryWeights, decoder._queryTransposed, worker);
            Pack(decoder._parameters.Output, decoder._outputWeights, decoder._outputTransposed, worker);
        }

        private void Pack(Parameter? weight, PackedMatrix forward, PackedMatrix backward, int worker)
        {
            if (weight == null)
                return;
            var (first, end) = decoder.Team.Share(forward.PanelCount, 1, worker);
            forward.PackTransposed(weight.Value, weight.Stride, first, end);
            if (!forTraining)
                return;
            (first, end) = decoder.Team.Share(backward.PanelCount, 1, worker);
            backward.Pack(weight.Value, weight.Stride, first, end);
        }
    }

    /// <summary>q after dropout, and the masked queries made of it.</summary>
    private readonly struct QueryJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.FlatShare(chunk, worker);
            if (begin == end)
                return;
            var shape = decoder._shape;
            var outputs = decoder._decoder.Outputs(chunk);
            var joined = decoder._buffers.Joined;
            for (var r = begin; r < end; r++)
            {
                new ReadOnlySpan<float>(outputs + (nint)r * shape.StateStride, shape.StateStride)
                    .CopyTo(new Span<float>(decoder.JoinedRow(joined, r) + shape.ContextStride, shape.StateStride));
            }
            decoder.DropOutputs(chunk, joined.Pointer + shape.ContextStride, shape.JoinedStride, begin, end);
            var q = decoder.JoinedRow(joined, begin) + shape.ContextStride;
            var queries = decoder.QueryRow(decoder._buffers.Queries, begin);
            if (decoder._parameters.Query != null)
            {
                decoder.Device.Matrix.Multiply(
                    end - begin, shape.StateStride, q, shape.JoinedStride, 1, decoder._queryWeights, 0, 0, shape.ContextStride, null, 0, queries, shape.ContextStride);
            }
            else
            {
                for (var r = 0; r < end - begin; r++)
                    shape.Arrange(q + (nint)r * shape.JoinedStride, queries + (nint)r * shape.ContextStride);
            }
            decoder.MaskContexts(chunk, decoder._buffers.Queries.Pointer, shape.ContextStride, begin, end);
        }
    }

    /// <summary>Weights and contexts of a single step.</summary>
    private readonly struct SweepJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.Team.Share(chunk.ActiveRows(0), 1, worker);
            for (var row = begin; row < end; row++)
            {
                var source = decoder._sourceRows[row];
                var weights = new Span<float>(decoder._buffers.Weights.Pointer + decoder._weightsAt[row], decoder._memory.Length(source));
                decoder._sweep.Attend(source, decoder.QueryRow(decoder._buffers.Queries, row), weights, decoder.JoinedRow(decoder._buffers.Joined, row), decoder.VectorOf(worker));
                decoder._alignments[row] = TensorPrimitives.IndexOfMax<float>(weights);
            }
        }
    }

    /// <summary>Weights and contexts of a piece.</summary>
    private readonly struct ForwardJob(AttentionDecoder decoder, Chunk chunk, AttentionPiece piece) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.Team.Share(piece.EndRow - piece.FirstRow, 1, worker);
            for (var row = piece.FirstRow + begin; row < piece.FirstRow + end; row++)
                decoder._products[worker].Forward(decoder._sourceRows[row], decoder.Steps(chunk, piece, row, backward: false));
        }
    }

    private readonly struct OutputJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.FlatShare(chunk, worker);
            if (begin == end)
                return;
            var shape = decoder._shape;
            decoder.MaskContexts(chunk, decoder._buffers.Joined.Pointer, shape.JoinedStride, begin, end);
            var outputs = decoder._buffers.Outputs.Pointer + (nint)begin * shape.OutputStride;
            decoder.Device.Matrix.Multiply(end - begin, shape.JoinedStride, decoder.JoinedRow(decoder._buffers.Joined, begin), shape.JoinedStride, 1,
                decoder._outputWeights, 0, 0, shape.OutputStride, null, 0, outputs, shape.OutputStride);
            decoder._tanh.Apply(outputs, (end - begin) * shape.OutputStride);
        }
    }

    /// <summary>From the gradient by the outputs to those by the masked contexts and q.</summary>
    private readonly struct OutputGradientJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.FlatShare(chunk, worker);
            if (begin == end)
                return;
            var shape = decoder._shape;
            var gradient = decoder._buffers.OutputGradients.Pointer + (nint)begin * shape.OutputStride;
            decoder._tanh.Backward(decoder._buffers.Outputs.Pointer + (nint)begin * shape.OutputStride, gradient, (end - begin) * shape.OutputStride);
            decoder.Device.Matrix.Multiply(end - begin, shape.OutputSize, gradient, shape.OutputStride, 1, decoder._outputTransposed, 0, 0, shape.JoinedStride,
                null, 0, decoder.JoinedRow(decoder._buffers.JoinedGradients, begin), shape.JoinedStride);
            decoder.MaskContexts(chunk, decoder._buffers.JoinedGradients.Pointer, shape.JoinedStride, begin, end);
        }
    }

    private readonly struct OutputWeightJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var shape = decoder._shape;
            var kernel = decoder.Device.Matrix;
            var (begin, end) = decoder.Team.Share(shape.JoinedStride, MatrixKernel.ColumnAlignment, worker);
            if (begin == end)
                return;
            decoder._buffers.PackedJoined.Pack(decoder._buffers.Joined.Pointer, shape.JoinedStride, begin / kernel.PanelWidth, end / kernel.PanelWidth);
            var weight = decoder._parameters.Output;
            kernel.Multiply(shape.OutputSize, chunk.FlatRows, decoder._buffers.OutputGradients.Pointer, 1, shape.OutputStride, decoder._buffers.PackedJoined, 0, begin,
                end - begin, weight.Gradient + begin, weight.Stride, weight.Gradient + begin, weight.Stride);
        }
    }

    /// <summary>Weights of a piece anew, and the gradients by its scores and queries.</summary>
    private readonly struct BackwardJob(AttentionDecoder decoder, Chunk chunk, AttentionPiece piece) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.Team.Share(piece.EndRow - piece.FirstRow, 1, worker);
            for (var row = piece.FirstRow + begin; row < piece.FirstRow + end; row++)
                decoder._products[worker].Backward(decoder._sourceRows[row], decoder.Steps(chunk, piece, row, backward: true));
        }
    }

    /// <summary>The gradients by what was read of the sources. Rows meet in one token's vector, so columns are shared.</summary>
    private readonly struct ContextGradientJob(AttentionDecoder decoder, Chunk chunk, AttentionPiece piece) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.Team.Share(decoder._shape.ContextStride, MatrixKernel.ColumnAlignment, worker);
            for (var row = piece.FirstRow; row < piece.EndRow && begin < end; row++)
                decoder._products[worker].AddContextGradients(decoder._sourceRows[row], decoder.Steps(chunk, piece, row, backward: true), begin, end);
        }
    }

    /// <summary>From the gradients by masked queries, in their place, to those by queries, and with those by q to the gradient by the decoder's outputs.</summary>
    private readonly struct QueryGradientJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = decoder.FlatShare(chunk, worker);
            if (begin == end)
                return;
            var shape = decoder._shape;
            var queries = decoder.QueryRow(decoder._buffers.QueryGradients, begin);
            var ofJoined = decoder.JoinedRow(decoder._buffers.JoinedGradients, begin) + shape.ContextStride;
            var target = decoder._decoder.OutputGradient + (nint)begin * shape.StateStride;
            decoder.MaskContexts(chunk, decoder._buffers.QueryGradients.Pointer, shape.ContextStride, begin, end);
            if (decoder._parameters.Query != null)
            {
                decoder.Device.Matrix.Multiply(end - begin, shape.ContextStride, queries, shape.ContextStride, 1, decoder._queryTransposed, 0, 0, shape.StateStride,
                    ofJoined, shape.JoinedStride, target, shape.StateStride);
            }
            else
            {
                for (var r = 0; r < end - begin; r++)
                    shape.AddArranged(queries + (nint)r * shape.ContextStride, ofJoined + (nint)r * shape.JoinedStride, target + (nint)r * shape.StateStride);
            }
            decoder.DropOutputs(chunk, decoder._decoder.OutputGradient, shape.StateStride, begin, end);
        }
    }

    private readonly struct QueryWeightJob(AttentionDecoder decoder, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var shape = decoder._shape;
            var (begin, end) = decoder.Team.Share(shape.StateStride, MatrixKernel.ColumnAlignment, worker);
            if (begin == end)
                return;
            var weight = decoder._parameters.Query!;
            decoder.Device.Matrix.Multiply(shape.ContextStride, chunk.FlatRows, decoder._buffers.QueryGradients.Pointer, 1, shape.ContextStride, decoder._buffers.PackedJoined, 0,
                shape.ContextStride + begin, end - begin, weight.Gradient + begin, weight.Stride, weight.Gradient + begin, weight.Stride);
        }
    }
}
