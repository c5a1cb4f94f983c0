using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

/// <content>The work that a chunk's phases share among threads. Each job has its arguments, and a worker's share follows from its number alone.</content>
internal sealed unsafe partial class RecurrentStack
{
    /// <summary>A worker's part of a chunk's flat rows.</summary>
    private static (int Begin, int End) FlatShare(WorkerTeam team, in Chunk chunk, int worker) => team.Share(chunk.FlatRows, 4, worker);

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

    /// <summary>What layers read of the whole chunk, and the first one's part of all gates unless those are still there.</summary>
    private readonly struct InputJob(RecurrentStack stack, Chunk chunk, int layers, bool multiplies) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = FlatShare(stack.Device.Team, chunk, worker);
            for (var i = 0; i < layers && begin < end; i++)
                stack.MakeInputs(stack._layers[i], chunk, begin, end, multiplies);
        }
    }

    /// <summary>What the layers of a round's tasks read, and its part of all gates.</summary>
    private readonly struct TaskInputJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            foreach (var (task, begin, end) in WaveParts.OfFlatRows(stack.ReadingTasks, chunk, stack.Device.Team, worker))
                stack.MakeInputs(stack._layers[task.Layer], chunk, begin, end, multiplies: true);
        }
    }

    private readonly struct ForwardJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            foreach (var (task, begin, end) in WaveParts.OfRows(stack._wave.Tasks, chunk, stack.Device.Team, worker))
            {
                var layer = stack._layers[task.Layer];
                layer.Layer.Forward(chunk, layer.Record(chunk), task.Of(begin, end));
            }
        }
    }

    private readonly struct ReverseJob(RecurrentStack stack, Chunk chunk, bool hasGates) : IJob
    {
        public void Run(int worker)
        {
            foreach (var (task, begin, end) in WaveParts.OfRows(stack._wave.Tasks, chunk, stack.Device.Team, worker))
            {
                var layer = stack._layers[task.Layer];
                layer.Layer.Reverse(chunk, layer.Record(chunk), task.Of(begin, end), hasGates);
            }
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

    private readonly struct BackwardJob(RecurrentStack stack, Chunk chunk, float longest) : IJob
    {
        public void Run(int worker)
        {
            foreach (var (task, begin, end) in WaveParts.OfRows(stack._wave.Tasks, chunk, stack.Device.Team, worker))
            {
                var layer = stack._layers[task.Layer];
                layer.Layer.Backward(chunk, layer.Record(chunk), layer.OutputGradient, longest, task.Of(begin, end));
            }
        }
    }

    /// <summary>The gradients by what the layers of a round's tasks read, and by the weights of those that are done with the chunk.</summary>
    private readonly struct GradientJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            foreach (var task in stack._wave.Tasks)
            {
                if (task.IsLast && stack._settings.LearnsWeights)
                    AddWeightGradient(stack._layers[task.Layer], worker);
            }
            foreach (var (task, begin, end) in WaveParts.OfFlatRows(stack._wave.Tasks, chunk, stack.Device.Team, worker))
                stack.PassDown(task.Layer, chunk, begin, end);
        }

        private void AddWeightGradient(StackLayer layer, int worker)
        {
            var shared = stack.SharedBy(layer);
            var inputs = shared == null ? layer.Inputs(chunk, training: true) : shared.Others;
            layer.Layer.WeightGradient(chunk, layer.Record(chunk), inputs, shared?.Gates, stack.Device.Team, worker);
        }
    }

    /// <summary>The gradients by the first layer's gates, which the context was added to, before they are moved.</summary>
    private readonly struct ContextSumJob(RecurrentStack stack, Chunk chunk) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = stack.Device.Team.Share(chunk.ActiveRows(0), LostBitStore.RowsPerBlock, worker);
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
