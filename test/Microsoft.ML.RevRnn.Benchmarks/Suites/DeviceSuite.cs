using Microsoft.ML.RevRnn.Torch;
using Microsoft.ML.RevRnn.TorchSupport;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Our training step on a device of libtorch, against libtorch's own layers there and against the managed engine.</summary>
internal sealed class DeviceSuite : ISuite
{
    private static readonly StepShape[] _shapes = [new(70, 64, 650), new(1000, 16, 256), new(128, 32, 256)];

    /// <summary>Where the kernels run one unit after another.</summary>
    private static readonly StepShape[] _hostShapes = [new(70, 16, 128)];

    private static readonly Pace _pace = new(TimeSpan.FromSeconds(3)) { WarmUp = TimeSpan.FromSeconds(1) };

    public string Name => "device";

    public string Title => "the same training step on a device of libtorch, in libtorch's own layers and in the managed engine";

    public string Method =>
        "Forward, loss sum(outputs * w), backward to weights and inputs, of one layer with as many inputs as units: through Microsoft.ML.RevRnn.TorchSharp on a GPU, in turns with nn.LSTM or "
        + "nn.GRU of the same libtorch on the same GPU (vs-libtorch) and with the managed engine, which keeps the same digits (vs-managed). Bytes are what our step "
        + "allocates for the batch. Where there is no GPU all three run on the CPU, ours by the kernels' source compiled for it by g++: a loop over rows and units that tells whether the "
        + "kernels are right, not what they are worth.";

    public void Run(Settings settings, IReport report)
    {
        CudaDriver driver;
        try
        {
            driver = new CudaDriver(0);
            TorchLoader.Load(cuda: true);
        }
        catch (PlatformNotSupportedException exception)
        {
            report.Note($"No GPU: {exception.Message}");
            RunOnHost(settings, report);
            return;
        }
        torch.backends.cuda.matmul.allow_tf32 = false;
        using var kernels = new CudaKernels(driver);
        report.Note($"{driver.Name}, libtorch {LibTorch.Version}.");
        Run(_shapes, new Place(torch.device(DeviceType.CUDA, 0), kernels, driver.Synchronize), settings, report);
    }

    private void RunOnHost(Settings settings, IReport report)
    {
        if (LibTorch.Prepare(settings.Threads) is { } missing)
        {
            report.Skip($"there is no libtorch: {missing}");
            return;
        }
        try
        {
            HostKernels.Build();
        }
        catch (PlatformNotSupportedException exception)
        {
            report.Skip(exception.Message);
            return;
        }
        report.Note($"CPU, libtorch {LibTorch.Version}.");
        using var kernels = new HostKernels();
        Run(_hostShapes, new Place(torch.CPU, kernels, () => { }), settings, report);
    }

    private void Run(StepShape[] shapes, Place place, Settings settings, IReport report)
    {
        foreach (var shape in shapes)
        {
            foreach (var cell in Support.Cells)
            {
                foreach (var strategy in Support.Strategies(cell))
                {
                    var step = new StepCase(cell, strategy, shape) { Arithmetic = Cells.CellArithmetic.Preimages };
                    if (settings.Wants($"{step}"))
                        Compare(step, place, settings, report);
                }
            }
        }
    }

    private void Compare(StepCase step, Place place, Settings settings, IReport report)
    {
        using var ours = new DeviceStep(step, new TorchDevice(place.Device, place.Kernels));
        using var theirs = new LibTorchStep(Support.IsLstm(step.Cell), step.Shape, place.Device);
        using var managed = new TrainingStep(step, settings.Threads);
        var timings = Alternation.Run(_pace, new TimedAction(ours.Run), new TimedAction(() =>
        {
            theirs.Run();
            place.Synchronize();
        }), new TimedAction(managed.Run));
        Add("vs-libtorch", Support.IsLstm(step.Cell) ? "nn.LSTM" : "nn.GRU", 1);
        Add("vs-managed", $"managed, {settings.Threads} thread(s)", 2);
        report.Add(new Measurement(Name, $"{step}", ours.ActivationBytes, "bytes") { Aspect = "memory", Theirs = managed.PeakActivationBytes, Against = "managed" });

        void Add(string aspect, string against, int peer) =>
            report.Add(new Measurement(Name, $"{step}", timings.Medians[0], "ms") { Aspect = aspect, Theirs = timings.Medians[peer], Against = against, Runs = timings.Runs });
    }

    /// <summary>Where a step runs, by which kernels, and how to wait for its end.</summary>
    private sealed record Place(torch.Device Device, IRecurrentKernels Kernels, Action Synchronize);
}
