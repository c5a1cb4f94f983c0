using Microsoft.ML.RevRnn.Compute;
using TorchSharp;
using static TorchSharp.torch;
using Device = Microsoft.ML.RevRnn.Compute.Device;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What a network on a device computes with: libtorch's tensors, the kernels, and an account of the bytes that depend on the batch.</summary>
internal sealed class TorchDevice : IDisposable
{
    private readonly torch.Device _device;
    private readonly IRecurrentKernels _launcher;
    private readonly TorchDevice _root;
    private int _held;

    /// <param name="device">libtorch's device.</param>
    /// <param name="launcher">Works on addresses of that device.</param>
    public TorchDevice(torch.Device device, IRecurrentKernels launcher)
        : this(device, launcher, new MemoryMeter(), null)
    {
    }

    private TorchDevice(torch.Device device, IRecurrentKernels launcher, MemoryMeter memory, TorchDevice? root)
    {
        _device = device;
        _launcher = launcher;
        _root = root ?? this;
        // One share of each job: what a head asks of the device it must ask once.
        Host = new Device(new WorkerTeam(1), memory: memory);
        Kernels = new TorchKernels(this, launcher);
    }

    /// <summary>What of a network stays on the processor, and the account.</summary>
    public Device Host { get; }

    /// <summary>The kernels, on memory of libtorch.</summary>
    public IRecurrentKernels Kernels { get; }

    /// <summary>Tensors that have not been given back, of all accounts.</summary>
    public int Held
    {
        get => _root._held;
        set => _root._held = value;
    }

    /// <summary>The same device with an account of its own.</summary>
    public TorchDevice WithOwnAccount() => new(_device, _launcher, new MemoryMeter(), _root);

    /// <summary>The same device with an account that is a part of this one's.</summary>
    public TorchDevice Part() => new(_device, _launcher, new MemoryMeter(Host.Memory), _root);

    /// <summary>A zero matrix that depends on the batch.</summary>
    public TorchBuffer Rows(long rows, long columns) => new(this, zeros([rows, columns], ScalarType.Float32, _device), Host.Memory);

    /// <summary>A zero matrix that is there as long as the network.</summary>
    public TorchBuffer Weights(long rows, long columns) => new(this, zeros([rows, columns], ScalarType.Float32, _device), null);

    /// <summary>Zero sums.</summary>
    public TorchBuffer Totals(int count) => new(this, zeros([count], ScalarType.Float64, _device), Host.Memory);

    /// <summary>Zeroed memory for kernels.</summary>
    public TorchBuffer Bytes(long bytes) => new(this, zeros([(bytes + sizeof(int) - 1) / sizeof(int)], ScalarType.Int32, _device), Host.Memory);

    /// <summary>Numbers of rows, as libtorch's operations take them.</summary>
    public TorchBuffer Indices(ReadOnlySpan<long> values)
    {
        var buffer = new TorchBuffer(this, empty([values.Length], ScalarType.Int64, _device), Host.Memory);
        buffer.Upload(values);
        return buffer;
    }

    /// <summary>Numbers for kernels.</summary>
    public TorchBuffer Integers(ReadOnlySpan<int> values)
    {
        var buffer = new TorchBuffer(this, empty([Math.Max(1, values.Length)], ScalarType.Int32, _device), Host.Memory);
        buffer.Upload(values);
        return buffer;
    }

    /// <summary>[rows, columns].</summary>
    public TorchBuffer Rows(ReadOnlySpan<float> values, long columns)
    {
        var buffer = new TorchBuffer(this, empty([values.Length / columns, columns], ScalarType.Float32, _device), Host.Memory);
        buffer.Upload(values);
        return buffer;
    }

    /// <summary>A zero sum.</summary>
    public Tensor Sum(ScalarType type) => zeros([1], type, _device);

    /// <summary>Counts what operations of libtorch take meanwhile, beyond buffers.</summary>
    public IDisposable Counted(long bytes) => new Count(Host.Memory, bytes);

    public void Dispose() => Host.Team.Dispose();

    private sealed class Count : IDisposable
    {
        private readonly MemoryMeter _meter;
        private readonly long _bytes;

        public Count(MemoryMeter meter, long bytes)
        {
            (_meter, _bytes) = (meter, bytes);
            meter.Add(bytes);
        }

        public void Dispose() => _meter.Add(-_bytes);
    }
}
