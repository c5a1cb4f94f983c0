using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A training step of nn.LSTM or nn.GRU of libtorch: what torch_peer.py does, in this process.</summary>
internal sealed class LibTorchStep : IDisposable
{
    private readonly LSTM? _lstm;
    private readonly GRU? _gru;
    private readonly torch.Tensor _inputs;
    private readonly torch.Tensor _coefficients;
    private readonly torch.Tensor _start;

    /// <param name="lstm">Whether nn.LSTM; else nn.GRU.</param>
    /// <param name="shape">The layer and its batch.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public LibTorchStep(bool lstm, StepShape shape, torch.Device? device = null)
    {
        device ??= torch.CPU;
        torch.manual_seed(1);
        if (lstm)
            _lstm = torch.nn.LSTM(shape.Units, shape.Units, device: device);
        else
            _gru = torch.nn.GRU(shape.Units, shape.Units, device: device);
        _inputs = torch.randn(shape.Steps, shape.Rows, shape.Units, device: device, requires_grad: true).DetachFromDisposeScope();
        _coefficients = (torch.rand(shape.Steps, shape.Rows, shape.Units, device: device) - 0.5).DetachFromDisposeScope();
        _start = torch.zeros(1, shape.Rows, shape.Units, device: device);
    }

    public void Run()
    {
        using var scope = torch.NewDisposeScope();
        _lstm?.zero_grad();
        _gru?.zero_grad();
        _inputs.grad = null;
        var outputs = _lstm != null ? _lstm.call(_inputs, (_start, _start)).Item1 : _gru!.call(_inputs, _start).Item1;
        (outputs * _coefficients).sum().backward();
    }

    public void Dispose()
    {
        _lstm?.Dispose();
        _gru?.Dispose();
        _inputs.Dispose();
        _coefficients.Dispose();
        _start.Dispose();
    }
}
