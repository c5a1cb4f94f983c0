using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.TorchSupport;
using Microsoft.ML.RevRnn.Training;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The same network trained by the managed engine and by libtorch, on this processor, from the same weights.</summary>
internal sealed unsafe class TrainerPair : IDisposable
{
    private readonly Device _host = new(threads: 1);
    private readonly HostKernels _kernels = new();
    private readonly TorchDevice _device;
    private readonly PackedBatch _batch = new();
    private readonly long _tensors = TorchSharp.torch.Tensor.TotalCount;

    /// <param name="create">Makes the weights.</param>
    /// <param name="objective">Makes what is learned.</param>
    /// <param name="options">How.</param>
    /// <param name="carriesStates">Whether batches go on from each other.</param>
    public TrainerPair(Func<NetworkParameters> create, Func<NetworkParameters, Objective> objective, TrainingOptions options, bool carriesStates = false)
    {
        // The engine's other arithmetic has other states in the last bits.
        options = options with { Arithmetic = Cells.CellArithmetic.Preimages };
        var (managed, torch) = (create(), create());
        managed.Initialize(5);
        torch.CopyFrom(managed);
        // Tensors of a few rows: threads would only wait for each other.
        TorchSharp.torch.set_num_threads(1);
        _device = new TorchDevice(TorchSharp.torch.CPU, _kernels);
        Managed = new ManagedTrainer(managed, objective(managed), options, _host, carriesStates);
        Torch = new TorchTrainer(torch, objective(torch), options, _device, carriesStates);
    }

    public ManagedTrainer Managed { get; }

    public TorchTrainer Torch { get; }

    public TorchDevice Device => _device;

    /// <summary>One step of both.</summary>
    /// <param name="fill">Arranges the batch.</param>
    /// <param name="seed">Of the batch.</param>
    /// <param name="continues">Whether it goes on from the last.</param>
    /// <param name="rate">Of learning.</param>
    /// <param name="longest">To what gradients are clipped.</param>
    public (BatchResult Managed, BatchResult Torch, double ManagedNorm, double TorchNorm) Step(
        Action<PackedBatch> fill, ulong seed, bool continues = false, float rate = 1e-3f, float longest = 1)
    {
        fill(_batch);
        var managed = Managed.Train(_batch, seed, continues);
        var torch = Torch.Train(_batch, seed, continues);
        return (managed, torch, Managed.Step(rate, 0.01f, longest), Torch.Step(rate, 0.01f, longest));
    }

    /// <summary>Loss of both on a batch.</summary>
    public (BatchResult Managed, BatchResult Torch) Evaluate(Action<PackedBatch> fill, bool continues = false)
    {
        fill(_batch);
        Managed.BeginValidation();
        Torch.BeginValidation();
        return (Managed.Evaluate(_batch, continues), Torch.Evaluate(_batch, continues));
    }

    /// <summary>The gradients of both by a batch: of each matrix the length of their difference over that of the managed one.</summary>
    public Dictionary<string, double> GradientDifferences(Action<PackedBatch> fill, ulong seed)
    {
        fill(_batch);
        Managed.Train(_batch, seed);
        Torch.Train(_batch, seed);
        var differences = new Dictionary<string, double>();
        foreach (var (one, other) in Managed.Parameters.Dense.Zip(Torch.Parameters.Dense))
        {
            var gradient = other.Gradient != null ? other.Gradients.ToArray() : Downloaded(Torch.Weights[other].Gradient!);
            differences.Add(one.Name, Distance(one.Gradients, gradient));
        }
        var (table, embedding) = (Managed.Parameters.Encoder.Embedding, Torch.Weights.Embedding);
        if (!table.IsDense)
        {
            CollectionAssert.AreEquivalent(table.Touched.ToArray(), DownloadedRows(embedding));
            var gradient = Downloaded(embedding.Gradient!);
            var sorted = new float[gradient.Length];
            for (var i = 0; i < table.TouchedCount; i++)
                gradient.AsSpan(embedding.SlotOf(table.Touched[i]) * table.Stride, table.Stride).CopyTo(sorted.AsSpan(i * table.Stride));
            differences.Add(table.Value.Name, Distance(table.Gradients, sorted));
        }
        return differences;
    }

    /// <summary>The greatest difference between weights, and what it is of.</summary>
    public (float Difference, string Name) Compare()
    {
        Torch.Export();
        var (most, name) = (0f, "");
        foreach (var (one, other) in Managed.Parameters.All.Zip(Torch.Parameters.All))
        {
            for (var i = 0; i < one.Values.Length; i++)
            {
                if (Math.Abs(one.Values[i] - other.Values[i]) is var difference && difference > most)
                    (most, name) = (difference, one.Name);
            }
        }
        return (most, name);
    }

    private static double Distance(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var (difference, length) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)expected[i] - actual[i], 2);
            length += (double)expected[i] * expected[i];
        }
        return length == 0 ? Math.Sqrt(difference) : Math.Sqrt(difference / length);
    }

    private static float[] Downloaded(TorchBuffer buffer)
    {
        var values = new float[buffer.Bytes / sizeof(float)];
        buffer.Download<float>(values);
        return values;
    }

    private static int[] DownloadedRows(TorchEmbedding embedding)
    {
        var rows = new int[embedding.TouchedCount];
        embedding.Rows!.Download<int>(rows);
        return rows;
    }

    public void Dispose()
    {
        Managed.Parameters.Dispose();
        Torch.Parameters.Dispose();
        Managed.Dispose();
        Torch.Dispose();
        _device.Dispose();
        _host.Dispose();
        Assert.AreEqual(_tensors, TorchSharp.torch.Tensor.TotalCount, "Tensors of operations are left.");
        Assert.AreEqual(0, _device.Held, "Tensors were not given back.");
        Assert.AreEqual(0, _device.Host.Memory.CurrentBytes);
        _kernels.Dispose();
    }
}
