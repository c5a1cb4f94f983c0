using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019). Rows of an embedding keep their moments while they are not updated (lazy Adam).</summary>
internal sealed unsafe class AdamOptimizer : Optimizer
{
    private readonly AdamKernel _kernel;
    private readonly Dictionary<Parameter, (NativeBuffer<float> First, NativeBuffer<float> Second)> _moments = [];
    private long _step;
    private float _scale;
    private float _learningRate;
    private float _weightDecay;
    private float _correction;
    private float _root;

    public AdamOptimizer(IEnumerable<Parameter> dense, IReadOnlyList<EmbeddingTable> embeddings, WorkerTeam team, SimdWidth width)
        : base(dense, embeddings, team)
    {
        _kernel = AdamKernel.For(width);
        foreach (var parameter in dense)
            AddMoments(parameter);
        foreach (var table in embeddings.Where(table => !table.IsDense))
            AddMoments(table.Value);
    }

    public override void Save(BinaryWriter writer)
    {
        writer.Write(_step);
        foreach (var (first, second) in _moments.Values)
        {
            Write(writer, first);
            Write(writer, second);
        }
    }

    public override void Load(BinaryReader reader)
    {
        _step = reader.ReadInt64();
        foreach (var (first, second) in _moments.Values)
        {
            Read(reader, first);
            Read(reader, second);
        }
    }

    public override void Dispose()
    {
        foreach (var (first, second) in _moments.Values)
        {
            first.Dispose();
            second.Dispose();
        }
    }

    protected override void BeginStep(float learningRate, float weightDecay, float scale)
    {
        _step++;
        _scale = scale;
        _learningRate = learningRate;
        _weightDecay = weightDecay;
        _correction = (float)(1 / (1 - HostMath.Pow(AdamKernel.Beta1, _step)));
        _root = (float)Math.Sqrt(1 - HostMath.Pow(AdamKernel.Beta2, _step));
    }

    protected override void Update(Parameter parameter, long begin, float* gradient, int length)
    {
        var (first, second) = _moments[parameter];
        var rate = _learningRate * parameter.RateFactor;
        _kernel.Step(parameter.Value + begin, gradient, first.Pointer + begin, second.Pointer + begin, length,
            _scale, rate * _correction, _root, parameter.IsDecayed ? 1 - rate * _weightDecay : 1f);
    }

    private void AddMoments(Parameter parameter)
    {
        var length = (long)parameter.RowCapacity * parameter.Stride;
        _moments.Add(parameter, (new NativeBuffer<float>(length), new NativeBuffer<float>(length)));
    }
}
