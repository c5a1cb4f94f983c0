using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>
/// What encoders share that are no recurrence and need the whole text: a batch is a single chunk, activations are stored, and there is no state that another text could go on from.
/// </summary>
internal abstract unsafe class WholeTextEncoder : ISequenceEncoder
{
    /// <summary>Tokens and nodes are shared among threads by so many, which are the rows of a product.</summary>
    protected const int Grain = 4;

    private readonly Dropout? _dropout;
    private readonly PackedMatrix[] _panels;
    private readonly string _name;
    private bool _isTraining;
    private ulong _seed;

    /// <param name="structure">What it is, for messages.</param>
    /// <param name="layer">How outputs lie in their rows.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="settings">How to work.</param>
    /// <param name="device">What to work with.</param>
    /// <exception cref="ArgumentException">It cannot do what the settings ask for.</exception>
    protected WholeTextEncoder(NetworkStructure structure, CellShape layer, IStackInput input, StackSettings settings, Device device)
    {
        _name = $"{structure}";
        Check(settings);
        Layer = layer;
        Input = input;
        Settings = settings;
        Device = device;
        _dropout = settings.Dropout is { Input: > 0, InputByToken: false } ? Dropout.For(device.Width, settings.Dropout.Input) : null;
        _panels = [.. Enumerable.Range(0, device.Team.Size).Select(_ => new PackedMatrix(0, 0, device.Matrix, device.Memory))];
        (Inputs, OutputRows, InputGradient, OutputGradients) = (Buffer(), Buffer(), Buffer(), Buffer());
    }

    public Device Device { get; }

    public int OutputStride => Layer.StateStride;

    public int[] OutputColumns => Layer.StateColumns();

    public int ChunkCount => 1;

    public ActivationAccount Account => new(0, 0, Device.Memory.CurrentBytes) { Strategy = ActivationStrategy.Stored };

    public float* OutputGradient => OutputGradients.Pointer;

    protected CellShape Layer { get; }

    protected IStackInput Input { get; }

    protected StackSettings Settings { get; }

    protected PackedBatch Batch { get; private set; } = new();

    /// <summary>[tokens, <see cref="IStackInput.Stride"/>]: what is read, and the gradient by it.</summary>
    protected NativeBuffer<float> Inputs { get; }

    /// <inheritdoc cref="Inputs"/>
    protected NativeBuffer<float> InputGradient { get; }

    /// <summary>[tokens, <see cref="OutputStride"/>]: outputs, and the gradient by them.</summary>
    protected NativeBuffer<float> OutputRows { get; }

    /// <inheritdoc cref="OutputRows"/>
    protected NativeBuffer<float> OutputGradients { get; }

    /// <summary>What is learned here.</summary>
    protected abstract IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The linear maps of it.</summary>
    protected abstract PackedMap[] Maps { get; }

    /// <summary>Buffers of the forward pass beside those here, which grow with a batch.</summary>
    protected abstract IReadOnlyList<NativeBuffer<float>> ForwardBuffers { get; }

    /// <summary>All else that is to be disposed of.</summary>
    protected abstract IEnumerable<IDisposable> Owned { get; }

    public void PrepareTraining()
    {
        foreach (var parameter in Settings.LearnsWeights ? Parameters : [])
            parameter.EnableGradient();
        foreach (var map in Maps)
            map.PrepareTraining();
    }

    public void PackWeights(bool forTraining, ulong seed = 0) => Device.Team.Run(new PackJob(this, forTraining));

    public virtual void Begin(PackedBatch batch, bool training, ulong seed = 0, EncoderStates? start = null)
    {
        if (start != null)
            throw NoStates();
        Batch = batch;
        _isTraining = training;
        _seed = seed;
        if (Settings.MemoryBudget != null)
            Device.Memory.ReleaseAll();
        Input.Begin(batch, training, seed);
    }

    public void Release()
    {
        foreach (var buffer in (IEnumerable<NativeBuffer<float>>)[Inputs, OutputRows, .. ForwardBuffers])
            buffer.Release();
    }

    public Chunk GetChunk(int index) => new(Batch, index, 0, Batch.StepCount);

    public abstract void Forward(in Chunk chunk);

    public float* Outputs(in Chunk chunk) => OutputRows.Pointer;

    public EncoderStates CreateStates(bool hasGradients = false) => throw NoStates();

    public void SaveStates(EncoderStates states) => throw NoStates();

    public virtual void BeginBackward(float lossScale, EncoderStates? end = null)
    {
        if (end != null)
            throw NoStates();
        InputGradient.EnsureLength((long)Batch.TokenCount * Input.Stride);
        OutputGradients.EnsureLength((long)Batch.TokenCount * OutputStride);
        Input.BeginGradient();
    }

    /// <summary>Nothing: all is there.</summary>
    public void Recover(in Chunk chunk)
    {
    }

    public abstract void Backward(in Chunk chunk);

    public void FinishBackward()
    {
    }

    public int RowLimit(int steps, int most)
    {
        var (least, limit) = (0, most);
        while (least < limit)
        {
            var rows = (least + limit + 1) / 2;
            (least, limit) = LeastBytes(rows, steps) <= (Settings.MemoryBudget ?? long.MaxValue) ? (rows, limit) : (least, rows - 1);
        }
        return least;
    }

    public long LeastBytes(int rows, int steps) => TrainingBytes(rows, steps) + Settings.HeadBytes + Settings.BytesPerToken * rows * steps;

    public void Dispose()
    {
        foreach (var owned in (IEnumerable<IDisposable>)[Inputs, OutputRows, InputGradient, OutputGradients, .. _panels, .. Maps, .. Owned])
            owned.Dispose();
    }

    /// <summary>Bytes of a training batch at the most.</summary>
    protected abstract long TrainingBytes(int rows, int steps);

    protected NativeBuffer<float> Buffer() => new(Device.Memory);

    /// <summary>Reads a worker's tokens, some of whose values may be dropped, and makes of their vectors what a map does.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="map">The map.</param>
    /// <param name="made">[tokens, <see cref="PackedMap.OutputStride"/>].</param>
    /// <returns>Which tokens.</returns>
    protected (int Begin, int End) MapInputs(int worker, PackedMap map, NativeBuffer<float> made)
    {
        var (begin, end) = Device.Team.Share(Batch.TokenCount, Grain, worker);
        if (begin >= end)
            return (begin, end);
        var inputs = Inputs.Pointer + (nint)begin * Input.Stride;
        Input.Write(Batch.Tokens[begin..end], inputs);
        Drop(Inputs.Pointer, begin, end);
        map.Multiply(end - begin, inputs, made.Pointer + (nint)begin * map.OutputStride);
        return (begin, end);
    }

    /// <summary>Makes the gradient by the vectors of tokens [begin, end), of that by what <see cref="MapInputs"/> made.</summary>
    protected void MapInputsBackward(int begin, int end, PackedMap map, NativeBuffer<float> ofMade)
    {
        var target = InputGradient.Pointer + (nint)begin * Input.Stride;
        map.MultiplyTransposed(end - begin, ofMade.Pointer + (nint)begin * map.OutputStride, target);
        Drop(InputGradient.Pointer, begin, end);
        Input.Mask(Batch.Tokens[begin..end], target);
    }

    /// <summary>Adds to the gradients by a map's weights and bias.</summary>
    /// <param name="map">The map.</param>
    /// <param name="read">[rows, <see cref="PackedMap.InputStride"/>]: what it was multiplied with.</param>
    /// <param name="made">[rows, <see cref="PackedMap.OutputStride"/>]: the gradient by what that made.</param>
    /// <param name="rows">How many.</param>
    protected void AddWeightGradient(PackedMap map, float* read, float* made, int rows)
    {
        if (!Settings.LearnsWeights)
            return;
        foreach (var panel in _panels)
            panel.Resize(rows, MatrixKernel.ColumnAlignment);
        Device.Team.Run(new WeightGradientJob(this, map.Weights, map.Bias, (nint)read, (nint)made, rows));
    }

    protected void AddInputGradient() => Device.Team.Run(new InputGradientJob(this));

    /// <summary>One mask a row, the same at each of its tokens.</summary>
    private void Drop(float* values, int begin, int end)
    {
        if (_dropout == null || !_isTraining)
            return;
        for (var step = 0; step < Batch.StepCount; step++)
        {
            var first = (int)Batch.FlatOffset(step);
            for (var flat = Math.Max(begin, first); flat < Math.Min(end, first + Batch.ActiveRows(step)); flat++)
            {
                var row = values + (nint)flat * Input.Stride;
                _dropout.Apply(row, row, Input.Stride, CounterRandom.Key(_seed, RandomUse.LayerDropout, (ulong)(flat - first)));
            }
        }
    }

    private void Check(StackSettings settings)
    {
        if (settings.Arithmetic != CellArithmetic.Inference && settings.Strategy is not (ActivationStrategy.Stored or ActivationStrategy.Auto))
        {
            throw new ArgumentException(
                $"{_name} has no steps to go back over, so {nameof(ActivationStrategy)} cannot be {settings.Strategy}; use {ActivationStrategy.Stored} or {ActivationStrategy.Auto}.",
                nameof(settings));
        }
        if (settings.InformationFlow > 0 || settings.MeasuresGradientReach)
        {
            var option = settings.InformationFlow > 0 ? nameof(settings.InformationFlow) : nameof(settings.MeasuresGradientReach);
            throw new ArgumentException($"{option} is set, and looks at what passes from step to step; {_name} has no steps. Leave it out.", nameof(settings));
        }
        if (settings.Dropout.Weight > 0)
            throw new ArgumentException($"{_name} has no weights from step to step, so {nameof(LanguageModelOptions.WeightDropout)} must be 0.", nameof(settings));
    }

    private NotSupportedException NoStates() => new($"{_name} has no state that another text could go on from.");

    /// <summary>A worker computes whole columns over all rows in their order: the sums do not depend on the number of threads.</summary>
    private readonly struct WeightGradientJob(WholeTextEncoder encoder, Parameter weights, Parameter bias, nint read, nint made, int rows) : IJob
    {
        public void Run(int worker)
        {
            var (begin, end) = encoder.Device.Team.Share(weights.Stride, MatrixKernel.ColumnAlignment, worker);
            var (panel, kernel) = (encoder._panels[worker], encoder.Device.Matrix);
            for (var column = begin; column < end; column += MatrixKernel.ColumnAlignment)
            {
                kernel.PackAndSum((float*)made + column, weights.Stride, panel, bias.Gradient + column);
                kernel.Multiply(weights.RowCapacity, rows, (float*)read, 1, weights.RowCapacity, panel, 0, 0, MatrixKernel.ColumnAlignment,
                    weights.Gradient + column, weights.Stride, weights.Gradient + column, weights.Stride);
            }
        }
    }

    private readonly struct PackJob(WholeTextEncoder encoder, bool forTraining) : IJob
    {
        public void Run(int worker)
        {
            foreach (var map in encoder.Maps)
                map.Pack(encoder.Device.Team, worker, forTraining);
        }
    }

    private readonly struct InputGradientJob(WholeTextEncoder encoder) : IJob
    {
        public void Run(int worker) => encoder.Input.AddGradient(encoder.Batch.Tokens, encoder.InputGradient.Pointer, encoder.Device.Team, worker);
    }
}
