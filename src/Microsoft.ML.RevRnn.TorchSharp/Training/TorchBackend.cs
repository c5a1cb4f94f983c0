using System.Runtime.CompilerServices;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;
using Microsoft.ML.RevRnn.Training;
using TorchSharp;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Training on a GPU through TorchSharp. The engine finds it by its name.</summary>
internal sealed class TorchBackend : ITrainingBackend
{
    /// <summary>The cells that there are kernels of.</summary>
    private static readonly CellKind[] _cells = [CellKind.RevLstm, CellKind.RevGru, CellKind.Lstm, CellKind.Gru, CellKind.Elman, CellKind.GruResetAfter];

    public INetworkTrainer CreateTrainer(NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates)
    {
        CheckCell(parameters.Encoder.Shape);
        CheckOptions(options);
        // The driver's reasons are nearer to the cause than libtorch's.
        var driver = new CudaDriver(options.GpuDeviceId ?? 0);
        TorchLoader.Load(cuda: true);
        return CreateTrainer(parameters, objective, options, carriesStates, CreateDevice(driver));
    }

    /// <summary>Makes a trainer on a device, which is the trainer's from now on.</summary>
    /// <inheritdoc cref="CreateTrainer(NetworkParameters, Objective, TrainingOptions, bool)"/>
    public static INetworkTrainer CreateTrainer(
        NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates, TorchDevice device)
    {
        try
        {
            CheckCell(parameters.Encoder.Shape);
            CheckOptions(options);
            CheckSize(parameters.Encoder.Shape, options.Rows, device.Kernels.Limits);
            return new TorchTrainer(parameters, objective, options, device, carriesStates) { OwnsDevice = true };
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>A method by itself, so that nothing of TorchSharp is touched before it is loaded.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TorchDevice CreateDevice(CudaDriver driver)
    {
        // Products with a mantissa of 10 bits would be faster, and no longer the engine's.
        torch.backends.cuda.matmul.allow_tf32 = false;
        return new TorchDevice(torch.device(DeviceType.CUDA, driver.Device), new CudaKernels(driver));
    }

    private static void CheckCell(NetworkShape shape)
    {
        if (!shape.IsRecurrent)
        {
            throw new NotSupportedException(
                $"A network whose {nameof(NetworkOptions.Structure)} is {shape.Options.Structure} is not trained on a GPU. Leave {nameof(TrainingOptions.GpuDeviceId)} unset.");
        }
        if (!_cells.Contains(shape.Options.Cell))
        {
            throw new NotSupportedException(
                $"{shape.Options.Cell}, a cell for study, is not trained on a GPU. Leave {nameof(TrainingOptions.GpuDeviceId)} unset, or take one of {string.Join(", ", _cells)}.");
        }
        if (shape.FedBack > 0)
        {
            throw new NotSupportedException(
                $"A network whose {nameof(NetworkOptions.Feedback)} is {shape.Options.Feedback} is not trained on a GPU. Leave {nameof(TrainingOptions.GpuDeviceId)} unset, or {nameof(NetworkOptions.Feedback)}.");
        }
    }

    /// <summary>What is between the steps of a backward pass, which are one launch here.</summary>
    private static void CheckOptions(TrainingOptions options)
    {
        var option = options.InformationFlow > 0 ? nameof(TrainingOptions.InformationFlow) : options.MeasuresGradientReach ? nameof(TrainingOptions.MeasuresGradientReach) : null;
        if (option != null)
        {
            throw new NotSupportedException(
                $"{option} is set, and looks at the gradient between two steps, which a GPU takes together. Leave it out, or {nameof(TrainingOptions.GpuDeviceId)} unset.");
        }
    }

    /// <summary>All blocks of a sweep must be on the GPU at once, so there is a limit to the units of a layer.</summary>
    private static void CheckSize(NetworkShape shape, int rows, DeviceLimits limits)
    {
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            foreach (var count in (ReadOnlySpan<int>)[1, rows])
                SweepPlan.For(shape.Layer(layer), count, limits);
        }
    }
}
