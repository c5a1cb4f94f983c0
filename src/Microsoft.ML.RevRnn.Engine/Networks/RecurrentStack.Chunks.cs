namespace Microsoft.ML.RevRnn.Networks;

/// <content>How the layers are run over a chunk, in the rounds of a wave.</content>
internal sealed unsafe partial class RecurrentStack
{
    private readonly Wave _wave;

    /// <summary>The round's tasks whose layers read another one's outputs: what the first layer reads is there for the whole chunk.</summary>
    private ReadOnlySpan<WaveTask> ReadingTasks => _wave.Tasks[(_wave.Tasks[0].Layer == 0 ? 1 : 0)..];

    public void Recover(in Chunk chunk)
    {
        var segment = chunk.Index / _plan.SegmentChunks;
        if (segment != _segment)
            Repeat(segment);
        if (_shared.IsOn)
            _shared.Prepare(chunk);
        foreach (var layer in _layers)
            layer.Prepare(chunk, backward: true);
        // A segment's last chunk was run just now: its products need not be made again.
        var isThere = !_plan.Reverses || _recorded == chunk.Index;
        _recorded = -1;
        Device.Team.Run(new InputJob(this, chunk, isThere ? _layers.Length : 1, multiplies: !isThere));
        if (_plan.Reverses)
            Reverse(chunk, hasGates: isThere);
        _layers[^1].PrepareOutputGradient(chunk);
    }

    public void Backward(in Chunk chunk)
    {
        PrepareGradients(chunk);
        BeginWave(WaveOrder.Backward, chunk);
        while (_wave.Next())
        {
            Device.Team.Run(new BackwardJob(this, chunk, _settings.MaximumStateGradientNorm * _lossScale));
            Device.Team.Run(new GradientJob(this, chunk));
            foreach (var task in _wave.Tasks)
            {
                if (task.IsLast)
                    _layers[task.Layer].Layer.Flow?.EndChunk(chunk);
            }
        }
        if (_context != null)
            Device.Team.Run(new ContextSumJob(this, chunk));
        if (_shared.IsOn)
            Device.Team.Run(new OtherGradientJob(this, chunk));
        Device.Team.Run(new InputGradientJob(this, chunk));
    }

    private void BeginWave(WaveOrder order, in Chunk chunk) =>
        _wave.Begin(order, chunk.Steps, _settings.Wave ?? WaveShape.For(_layers.Length, chunk.ActiveRows(0), _layers[^1].Layer.Shape.Units, Device.Team.ThreadCount));

    private void Run(in Chunk chunk)
    {
        if (_shared.IsOn)
            _shared.Prepare(chunk);
        foreach (var layer in _layers)
            layer.Prepare(chunk, backward: false);
        Device.Team.Run(new InputJob(this, chunk, layers: 1, multiplies: true));
        BeginWave(WaveOrder.Forward, chunk);
        while (_wave.Next())
        {
            if (!ReadingTasks.IsEmpty)
                Device.Team.Run(new TaskInputJob(this, chunk));
            Device.Team.Run(new ForwardJob(this, chunk));
        }
        _recorded = chunk.Index;
    }

    private void Reverse(in Chunk chunk, bool hasGates)
    {
        BeginWave(WaveOrder.Reverse, chunk);
        while (_wave.Next())
        {
            if (!hasGates && !ReadingTasks.IsEmpty)
                Device.Team.Run(new TaskInputJob(this, chunk));
            Device.Team.Run(new ReverseJob(this, chunk, hasGates));
            foreach (var task in _wave.Tasks)
            {
                if (task.IsLast)
                    EndReversal(_layers[task.Layer], chunk);
            }
        }
    }

    private void EndReversal(StackLayer layer, in Chunk chunk)
    {
        layer.Layer.VerifyChecksum(chunk);
        Device.Team.Run(new CountBitsJob(Device.Team, layer, chunk, _optimalBits));
        foreach (var bits in _optimalBits)
            _optimalBitSum += bits;
    }

    /// <summary>What a layer reads in flat rows [begin, end), and its part of all gates unless those are still there.</summary>
    private void MakeInputs(StackLayer layer, in Chunk chunk, int begin, int end, bool multiplies)
    {
        layer.WriteInputs(chunk, _input, _isTraining, _seed, begin, end);
        var gates = layer.Record(chunk).Gates.Pointer;
        if (SharedBy(layer) is { } shared)
        {
            shared.WriteOthers(begin, end);
            if (multiplies)
                shared.FillGates(chunk, gates, begin, end);
        }
        else if (_kept is { } kept && layer == _layers[0])
        {
            kept.FillGates(chunk.Tokens[begin..end], gates + (nint)begin * layer.Layer.Shape.GateRow);
        }
        else if (multiplies)
        {
            var inputs = layer.Inputs(chunk, _isTraining) + (nint)begin * layer.Layer.InputStride;
            layer.Layer.MultiplyInputs(inputs, gates + (nint)begin * layer.Layer.Shape.GateRow, end - begin);
        }
        if (multiplies && layer == _layers[0])
            _context?.AddTo(chunk, gates, begin, end);
    }

    /// <summary>Makes room for the gradients that layers pass down.</summary>
    private void PrepareGradients(in Chunk chunk)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            var length = (long)chunk.FlatRows * _layers[i].Layer.InputStride;
            if (i == 0)
                _inputGradient.EnsureLength(length);
            else
                _layers[i - 1].PrepareOutputGradient(chunk);
            if (_layers[i].Skips)
                _skippedGradient.EnsureLength(length);
        }
    }

    /// <summary>The gradient by what a layer reads in flat rows [begin, end), from that by its gates to where the layer below looks for it.</summary>
    private void PassDown(int index, in Chunk chunk, int begin, int end)
    {
        var layer = _layers[index];
        var isSkipped = index + 1 < _layers.Length && _layers[index + 1].Skips;
        var first = (nint)begin * layer.Layer.InputStride;
        if (SharedBy(layer) != null)
        {
            if (isSkipped)
                _input.Mask(chunk.Tokens[begin..end], _skippedGradient.Pointer + first);
            return;
        }
        var below = index > 0 ? _layers[index - 1].OutputGradient : _inputGradient.Pointer;
        layer.Layer.InputGradient(layer.Record(chunk).Gates.Pointer + (nint)begin * layer.Layer.Shape.GateRow, below + first, end - begin);
        layer.PassDown(chunk, below, _skippedGradient.Pointer, isSkipped, _seed, begin, end);
        if (index == 0)
            _input.Mask(chunk.Tokens[begin..end], below + first);
    }
}
