using Microsoft.ML.RevRnn.Torch;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Our training step on a GPU, against libtorch's own layers there and against the managed engine.</summary>
internal sealed class DeviceSuite : ISuite
{
    private static readonly StepShape[] _shapes = [new(70, 64, 650), new(1000, 16, 256), new(128, 32, 256)];

    private static readonly Pace _pace = new(TimeSpan.FromSeconds(3)) { WarmUp = TimeSpan.FromSeconds(1) };

    public string Name => "device";

    public string Title => "the same training step on a GPU, in libtorch and on the CPU";

    public string Method =>
        "Forward, loss sum(outputs * w), backward to weights and inputs, of one layer with as many inputs as units: on a GPU through Microsoft.ML.RevRnn.TorchSharp, in turns with nn.LSTM or "
        + "nn.GRU of the same libtorch on the same GPU (vs-libtorch) and with the managed engine, which keeps the same digits (vs-managed). Bytes are what our step "
        + "allocates for the batch. Where there is no GPU, suite peers compares the managed engine with libtorch on the CPU.";

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
            report.Skip(exception.Message);
            return;
        }
        torch.backends.cuda.matmul.allow_tf32 = false;
        using var kernels = new CudaKernels(driver);
        report.Note($"{driver.Name}, libtorch {LibTorch.Version}.");
        foreach (var shape in _shapes)
        {
            foreach (var cell in Support.Cells)
            {
                foreach (var strategy in Support.Strategies(cell))
                {
                    var step = new StepCase(cell, strategy, shape) { Arithmetic = Cells.CellArithmetic.Preimages };
                    if (settings.Wants($"{step}"))
                        Compare(step, () => new TorchDevice(torch.device(DeviceType.CUDA, 0), kernels), driver.Synchronize, settings, report);
                }
            }
        }
    }

    private void Compare(StepCase step, Func<TorchDevice> createDevice, Action synchronize, Settings settings, IReport report)
    {
        using var ours = new DeviceStep(step, createDevice());
        using var theirs = new LibTorchStep(Support.IsLstm(step.Cell), step.Shape, torch.device(DeviceType.CUDA, 0));
        using var managed = new TrainingStep(step, settings.Threads);
        var timings = Alternation.Run(_pace, new TimedAction(ours.Run), new TimedAction(() =>
        {
            theirs.Run();
            synchronize();
        }), new TimedAction(managed.Run));
        Add("vs-libtorch", Support.IsLstm(step.Cell) ? "nn.LSTM" : "nn.GRU", 1);
        Add("vs-managed", $"managed, {settings.Threads} thread(s)", 2);
        report.Add(new Measurement(Name, $"{step}", ours.ActivationBytes, "bytes") { Aspect = "memory", Theirs = managed.PeakActivationBytes, Against = "managed" });

        void Add(string aspect, string against, int peer) =>
            report.Add(new Measurement(Name, $"{step}", timings.Medians[0], "ms") { Aspect = aspect, Theirs = timings.Medians[peer], Against = against, Runs = timings.Runs });
    }
}
