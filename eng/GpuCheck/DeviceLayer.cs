using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Torch;

namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>A case on a device: its weights, inputs and gradients there, and the layer's sweeps.</summary>
internal sealed class DeviceLayer : IDisposable
{
    private readonly IRecurrentKernels _kernels;
    private readonly LayerCase _case;
    private readonly SweepSteps _steps;
    private readonly LayerStrategy _strategy;
    private readonly List<ChunkRecord> _records = [];
    private readonly List<int[]> _checkpoints = [];
    private readonly LayerParameters _parameters;
    private readonly PackedBatch _batch;
    private readonly LayerSweeps _sweeps;
    private readonly List<nint> _owned = [];
    private readonly LayerWeights _weights;
    private readonly LayerWeights _gradients;
    private readonly nint _inputs;
    private readonly nint _outputs;
    private readonly nint _outputGradient;
    private readonly nint _inputGradient;

    /// <param name="kernels">The device.</param>
    /// <param name="layerCase">The case.</param>
    /// <param name="rowsOfGroup">Rows that blocks work on together; 0 for the plan's own choice.</param>
    /// <param name="strategy">How a chunk's activations come back.</param>
    public DeviceLayer(IRecurrentKernels kernels, LayerCase layerCase, int rowsOfGroup = 0, LayerStrategy strategy = LayerStrategy.Reversed)
    {
        _strategy = strategy;
        _kernels = kernels;
        _case = layerCase;
        _parameters = layerCase.Parameters();
        _batch = layerCase.Batch();
        Plan = SweepPlan.For(layerCase.Shape, _batch.RowCount, kernels.Limits, rowsOfGroup);
        var active = Enumerable.Range(0, _batch.StepCount).Select(_batch.ActiveRows).ToArray();
        _steps = new SweepSteps(active, layerCase.Chunk);
        _sweeps = new LayerSweeps(kernels, layerCase.Shape, layerCase.Limit, (_parameters.InputRows, layerCase.InputStride), _steps, Plan);
        _weights = Matrices(parameter => Uploaded(parameter.Values));
        _gradients = Matrices(parameter => Zeros(parameter.Values.Length));
        _inputs = Uploaded(layerCase.InputValues(_batch.TokenCount));
        _outputGradient = Uploaded(layerCase.OutputGradientValues(_batch.TokenCount));
        _outputs = Zeros((long)_batch.TokenCount * layerCase.Shape.StateStride);
        _inputGradient = Zeros((long)_batch.TokenCount * layerCase.InputStride);
    }

    public SweepPlan Plan { get; }

    /// <summary>What the sweeps keep, for tests that damage it.</summary>
    public Sweep Memory => _sweeps.Memory.Pointers;

    /// <summary>Bytes that the sweeps took: states, lost bits, a chunk's activations, and a second copy of the hidden weights. Pages that were not used do not count.</summary>
    public long SweepBytes => _sweeps.Memory.Bytes - (_sweeps.Memory.Pointers.PageCapacity - (long)_sweeps.Memory.PagesTaken) * SweepMemory.PageBytes;

    /// <summary>Forward and back; gradients by weights are added to.</summary>
    public void Step()
    {
        Forward();
        Back();
    }

    private bool Keeps => _strategy is LayerStrategy.Stored or LayerStrategy.Checkpointed;

    /// <summary>Steps of a segment.</summary>
    private int Segment => _strategy is LayerStrategy.Checkpointed or LayerStrategy.Hybrid ? 2 * _steps.Chunk : _steps.Count;

    public void Forward()
    {
        _sweeps.Begin(_weights);
        _checkpoints.Clear();
        for (var first = 0; first < _steps.Count; first += Segment)
        {
            _checkpoints.Add(_sweeps.Memory.ReadStates());
            RunSegment(first, keepsLostBits: first + Segment >= _steps.Count);
        }
    }

    public void Back()
    {
        _sweeps.Memory.ClearCarried();
        // What was run forward must come back by itself.
        if (_strategy == LayerStrategy.Recovered)
            _kernels.Clear(_outputs, (long)_batch.TokenCount * _case.Shape.StateStride * sizeof(float));
        for (var first = _steps.LastChunk; first >= 0; first -= _steps.Chunk)
        {
            var end = first + _steps.StepsFrom(first);
            if (end % Segment == 0 && end < _steps.Count)
                Repeat(end / Segment - 1);
            var inputs = Rows(_inputs, first, _case.InputStride);
            if (_strategy == LayerStrategy.Recovered)
                _sweeps.Recover(first, inputs, Rows(_outputs, first, _case.Shape.StateStride));
            _sweeps.Backward(first, inputs, Rows(_outputGradient, first, _case.Shape.StateStride), Rows(_inputGradient, first, _case.InputStride), _gradients,
                _strategy == LayerStrategy.Recovered ? ChunkActivations.Recovered : ChunkActivations.None, Keeps ? Record(first) : null);
        }
    }

    public LayerResult Result()
    {
        _sweeps.Memory.CheckReversed();
        return new LayerResult
        {
            Values =
            {
                ["outputs"] = Downloaded(_outputs, (long)_batch.TokenCount * _case.Shape.StateStride),
                ["input gradient"] = Downloaded(_inputGradient, (long)_batch.TokenCount * _case.InputStride),
                ["input weights' gradient"] = Downloaded(_gradients.Input, _parameters.Input.Values.Length),
                ["bias's gradient"] = Downloaded(_gradients.Bias, _parameters.Bias.Values.Length),
                ["hidden weights' gradient, half 1"] = Downloaded(_gradients.Hidden0, _parameters.Hidden[0].Values.Length),
                ["hidden weights' gradient, half 2"] = Downloaded(_gradients.Hidden1, _parameters.Hidden.ElementAtOrDefault(1)?.Values.Length ?? 0),
            },
        };
    }

    public void Dispose()
    {
        foreach (var record in _records)
            record.Dispose();
        _sweeps.Dispose();
        _parameters.Dispose();
        foreach (var memory in _owned)
            _kernels.Free(memory);
    }

    private void RunSegment(int from, bool keepsLostBits)
    {
        for (var first = from; first < Math.Min(_steps.Count, from + Segment); first += _steps.Chunk)
        {
            var outputs = Rows(_outputs, first, _case.Shape.StateStride);
            _sweeps.Forward(first, Rows(_inputs, first, _case.InputStride), outputs, keepsLostBits, Keeps ? Record(first) : null);
        }
    }

    /// <summary>Runs a segment again, after the pass back over the one above.</summary>
    private void Repeat(int segment)
    {
        _sweeps.Memory.CheckReversed(_checkpoints[segment + 1]);
        _sweeps.Memory.WriteStates(_checkpoints[segment]);
        RunSegment(segment * Segment, keepsLostBits: true);
    }

    private ChunkRecord Record(int first)
    {
        var index = first % Segment / _steps.Chunk;
        while (_records.Count <= index)
            _records.Add(_sweeps.CreateRecord());
        return _records[index];
    }

    private LayerWeights Matrices(Func<Parameter, nint> create) => new(
        create(_parameters.Input), create(_parameters.Bias), create(_parameters.Hidden[0]), _parameters.Hidden.Length > 1 ? create(_parameters.Hidden[1]) : 0);

    private nint Rows(nint values, int first, int stride) => values + (nint)_steps.FlatRow(first) * stride * sizeof(float);

    private nint Uploaded(ReadOnlySpan<float> values)
    {
        var memory = Zeros(values.Length);
        _kernels.Upload(values, memory);
        return memory;
    }

    private nint Zeros(long count)
    {
        var memory = _kernels.Allocate(count * sizeof(float));
        _owned.Add(memory);
        return memory;
    }

    private float[] Downloaded(nint source, long count)
    {
        var values = new float[count];
        _kernels.Download(source, values.AsSpan());
        return values;
    }
}
