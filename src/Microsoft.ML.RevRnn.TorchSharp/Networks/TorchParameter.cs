using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>A learned matrix on a device, laid out as the engine's, and its gradient.</summary>
internal sealed class TorchParameter : IDisposable
{
    /// <param name="device">The device.</param>
    /// <param name="parameter">The engine's.</param>
    /// <param name="hasGradient">Whether there is a gradient in all rows.</param>
    public TorchParameter(TorchDevice device, Parameter parameter, bool hasGradient)
    {
        Parameter = parameter;
        Value = device.Weights(parameter.RowCapacity, parameter.Stride);
        Gradient = hasGradient ? device.Weights(parameter.RowCapacity, parameter.Stride) : null;
    }

    public Parameter Parameter { get; }

    /// <summary>[rows, stride].</summary>
    public TorchBuffer Value { get; }

    /// <summary>The same; null where only some rows have gradients.</summary>
    public TorchBuffer? Gradient { get; }

    /// <summary>Goes on with the engine's values.</summary>
    public void Import() => Value.Upload<float>(Parameter.Values);

    /// <summary>Brings the engine's values up to date.</summary>
    public void Export() => Value.Download(Parameter.Values);

    public void Dispose()
    {
        Value.Dispose();
        Gradient?.Dispose();
    }
}
