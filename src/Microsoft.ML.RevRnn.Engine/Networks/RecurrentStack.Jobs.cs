using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>The work that a chunk's phases share among threads. Each job has its arguments, and a worker's share follows from its number alone.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>A worker's part of a chunk's flat rows.</summary>
    private static (int Begin, int End) FlatShare(WorkerTeam team, in Chunk chunk, int worker) => team.Share(chunk.FlatRows, 4, worker);

    /// <summary>A worker's part of the batch's rows, in whole blocks of the lost-bit store.</summary>
    private static (int Begin, int End) RowShare(WorkerTeam team, in Chunk chunk, int worker) =>
        team.Share(chunk.ActiveRows(0), LostBitStore.RowsPerBlock, worker);

    /// <summary>Who makes the input's part of a layer's gates by tokens; null where it is made row by row.</summary>
    private SharedInputs? SharedBy(StackLayer layer) => _shared.IsOn && layer == _layers[0] ? _shared : null;

    private readonly struct DropWeightsJob(RecurrentStack stack, ulong seed, bool ofGradients) : IJob
    {
        public void Run(int worker)
        {
            foreach (var layer in stack._layers)
            {
                if (ofGradients)
                    layer.Layer.WeightDrop!.ApplyToGradients(seed, stack.Device.Team, worker);
                else
                    layer.Layer.WeightDrop!.Apply(seed, stack.Device.Team, worker);
            }
        }
    }

    private readonly struct PackJob(RecurrentStack stack, bool forTraining) : IJob
    {
        public void Run(int worker)
        {
            foreach (var layer in stack._layers)
                layer.Layer.PackWeights(forTraining, stack.Device.Team, worker);
        }
    }

    /// <summary>What a layer reads, and its part of all gates unless those are still there.</summary>
    private readonly struct InputJob(RecurrentStack stack, StackLayer layer, Chunk chunk, bool multiplies) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = FlatShare(stack.Device.Team, chunk, worker);
            if (begin == end)
                return;
            layer.WriteInputs(chunk, stack._input, stack._isTraining, stack._seed, begin, end);
            var gates = layer.Record(chunk).Gates.Pointer;
            if (stack.SharedBy(layer) is { } shared)
            {
                shared.WriteOthers(begin, end);
                if (multiplies)
                    shared.FillGates(chunk, gates, begin, end);
            }
            else if (stack._kept is { } kept && layer == stack._layers[0])
            {
                kept.FillGates(chunk.Tokens[begin..end], gates + (nint)begin * layer.Layer.Shape.GateRow);
            }
            else if (multiplies)
            {
                var inputs = layer.Inputs(chunk, stack._isTraining) + (nint)begin * layer.Layer.InputStride;
                layer.Layer.MultiplyInputs(inputs, gates + (nint)begin * layer.Layer.Shape.GateRow, end - begin);
            }
            if (multiplies && layer == stack._layers[0])
                stack._context?.AddTo(chunk, gates, begin, end);
        }
    }

    private readonly struct ForwardJob(WorkerTeam team, StackLayer layer, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = RowShare(team, chunk, worker);
            layer.Layer.Forward(chunk, layer.Record(chunk), begin, end);
        }
    }

    private readonly struct ReverseJob(WorkerTeam team, StackLayer layer, Chunk chunk, bool hasGates) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = RowShare(team, chunk, worker);
            layer.Layer.Reverse(chunk, layer.Record(chunk), begin, end, hasGates);
        }
    }

    /// <summary>The least bits that a chunk's forget gates could have been kept in, worker by worker.</summary>
    private readonly struct CountBitsJob(WorkerTeam team, StackLayer layer, Chunk chunk, double[] bits) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = FlatShare(team, chunk, worker);
            bits[worker] = layer.Layer.OptimalBits(layer.Record(chunk), begin, end);
        }
    }

    private readonly struct BackwardJob(WorkerTeam team, StackLayer layer, Chunk chunk, float longest) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = RowShare(team, chunk, worker);
            layer.Layer.Backward(chunk, layer.Record(chunk), layer.OutputGradient, longest, begin, end);
        }
    }

    /// <summary>The gradients by a layer's weights, and by what it reads, which go down to <paramref name="below"/>.</summary>
    private readonly struct GradientJob(RecurrentStack stack, StackLayer layer, Chunk chunk, float* below, bool isSkipped) : IJob
    {
        public void Run(int worker)
        {
            var record = layer.Record(chunk);
            var shared = stack.SharedBy(layer);
            var inputs = shared == null ? layer.Inputs(chunk, training: true) : shared.Others;
            if (stack._settings.LearnsWeights)
                layer.Layer.WeightGradient(chunk, record, inputs, shared?.Gates, stack.Device.Team, worker);
            var (begin, end) = FlatShare(stack.Device.Team, chunk, worker);
            if (begin == end)
                return;
            if (shared != null)
            {
                if (isSkipped)
                    stack._input.Mask(chunk.Tokens[begin..end], stack._skippedGradient.Pointer + (nint)begin * layer.Layer.InputStride);
                return;
            }
            var gates = record.Gates.Pointer + (nint)begin * layer.Layer.Shape.GateRow;
            layer.Layer.InputGradient(gates, below + (nint)begin * layer.Layer.InputStride, end - begin);
            layer.PassDown(chunk, below, stack._skippedGradient.Pointer, isSkipped, stack._seed, begin, end);
            if (layer == stack._layers[0])
                stack._input.Mask(chunk.Tokens[begin..end], below + (nint)begin * layer.Layer.InputStride);
        }
    }

    /// <summary>The gradients by the first layer's gates, which the context was added to, before they are moved.</summary>
    private readonly struct ContextSumJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = RowShare(stack.Device.Team, chunk, worker);
            stack._context!.Sum(chunk, stack._layers[0].Record(chunk).Gates.Pointer, begin, end);
        }
    }

    /// <summary>The gradient by the vectors of rows without a repeated token; their gates' gradients have been used before.</summary>
    private readonly struct OtherGradientJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = FlatShare(stack.Device.Team, chunk, worker);
            stack._shared.OtherGradients(stack._layers[0].Record(chunk).Gates.Pointer, stack._inputGradient.Pointer, begin, end);
        }
    }

    private readonly struct InputGradientJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var team = stack.Device.Team;
            if (!stack._shared.IsOn)
            {
                stack._input.AddGradient(chunk.Tokens, stack._inputGradient.Pointer, team, worker);
                return;
            }
            stack._shared.AddOtherGradients(stack._inputGradient.Pointer, worker);
            if (stack.IsInputSkipped)
                stack._input.AddGradient(chunk.Tokens, stack._skippedGradient.Pointer, team, worker);
        }
    }
}
