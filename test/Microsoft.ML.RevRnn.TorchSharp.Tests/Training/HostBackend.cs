using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.TorchSupport;
using Microsoft.ML.RevRnn.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The backend on libtorch's CPU with the kernels' source compiled for this processor: all of it but the GPU.</summary>
internal sealed class HostBackend : ITrainingBackend, IDisposable
{
    private readonly List<(TorchDevice Device, HostKernels Kernels)> _made = [];

    public HostBackend()
    {
        set_num_threads(1);
        TrainingBackends.Replacement = this;
    }

    /// <summary>Trainers that were made.</summary>
    public int Count => _made.Count;

    public INetworkTrainer CreateTrainer(NetworkParameters parameters, Objective objective, TrainingOptions options, bool carriesStates)
    {
        var kernels = new HostKernels();
        var device = new TorchDevice(CPU, kernels);
        _made.Add((device, kernels));
        return TorchBackend.CreateTrainer(parameters, objective, options, carriesStates, device);
    }

    public void Dispose()
    {
        TrainingBackends.Replacement = null;
        foreach (var (device, kernels) in _made)
        {
            Assert.AreEqual(0, device.Held, "Tensors were not given back.");
            kernels.Dispose();
        }
    }
}
