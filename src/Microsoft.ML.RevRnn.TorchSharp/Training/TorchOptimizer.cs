using System.Runtime.InteropServices;
using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>
/// AdamW and SGD on a device, as <see cref="Optimizer"/>: gradients clipped by value and by their global norm, of an embedding only the batch's rows, and the same memory of
/// past steps in a checkpoint.
/// </summary>
internal sealed class TorchOptimizer : IDisposable
{
    private readonly TorchDevice _device;
    private readonly TorchParameters _parameters;
    private readonly OptimizerKind _kind;
    private readonly Dictionary<TorchParameter, (TorchBuffer First, TorchBuffer Second)> _moments = [];
    private long _step;

    /// <param name="device">The device.</param>
    /// <param name="parameters">What is updated.</param>
    /// <param name="kind">How.</param>
    public TorchOptimizer(TorchDevice device, TorchParameters parameters, OptimizerKind kind)
    {
        _device = device;
        _parameters = parameters;
        _kind = kind;
        if (kind == OptimizerKind.Sgd)
            return;
        foreach (var parameter in All)
            _moments.Add(parameter, (Like(parameter), Like(parameter)));
    }

    /// <summary>v: each element of a gradient is limited to [-v, v], before the norm is; null for no such limit.</summary>
    public float? MaximumValue { get; init; }

    /// <summary>In the order of a checkpoint.</summary>
    private IEnumerable<TorchParameter> All => _parameters.Embedding.IsDense ? _parameters.Dense : _parameters.Dense.Append(_parameters.Embedding.Parameter);

    /// <summary>Updates all parameters and zeroes the gradients.</summary>
    /// <returns>The gradient's norm before clipping; where it is not finite, nothing was updated.</returns>
    public double Step(float learningRate, float weightDecay, float maximumNorm)
    {
        var norm = Norm();
        if (!double.IsFinite(norm))
            return norm;
        var limited = norm;
        if (MaximumValue is { } value)
        {
            LimitValues(value);
            limited = Norm();
        }
        _step++;
        var update = new Update
        {
            Scale = limited > maximumNorm ? (float)(maximumNorm / limited) : 1f,
            Root = (float)Math.Sqrt(1 - HostMath.Pow(AdamKernel.Beta2, _step)),
        };
        foreach (var parameter in All)
        {
            if (parameter.Parameter.RateFactor == 0)
                parameter.Gradient?.Clear();
            else
                Step(parameter, update, learningRate * parameter.Parameter.RateFactor, weightDecay);
        }
        _parameters.Embedding.DiscardGradient();
        return norm;
    }

    /// <summary>Writes what <see cref="Optimizer.Save"/> does.</summary>
    public void Save(BinaryWriter writer)
    {
        if (_kind == OptimizerKind.Sgd)
            return;
        writer.Write(_step);
        foreach (var (first, second) in All.Select(parameter => _moments[parameter]))
        {
            Write(writer, first);
            Write(writer, second);
        }
    }

    /// <summary>Reads what <see cref="Save"/>, or the engine's optimiser, wrote.</summary>
    public void Load(BinaryReader reader)
    {
        if (_kind == OptimizerKind.Sgd)
            return;
        _step = reader.ReadInt64();
        foreach (var (first, second) in All.Select(parameter => _moments[parameter]))
        {
            Read(reader, first);
            Read(reader, second);
        }
    }

    public void Dispose()
    {
        foreach (var (first, second) in _moments.Values)
        {
            first.Dispose();
            second.Dispose();
        }
    }

    private static void Write(BinaryWriter writer, TorchBuffer buffer)
    {
        var values = new float[buffer.Bytes / sizeof(float)];
        buffer.Download<float>(values);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static void Read(BinaryReader reader, TorchBuffer buffer)
    {
        var values = new float[buffer.Bytes / sizeof(float)];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        buffer.Upload<float>(values);
    }

    private TorchBuffer Like(TorchParameter parameter) => _device.Weights(parameter.Parameter.RowCapacity, parameter.Parameter.Stride);

    private TorchBuffer? GradientOf(TorchParameter parameter)
        => parameter == _parameters.Embedding.Parameter ? _parameters.Embedding.Gradient : parameter.Gradient;

    private void LimitValues(float value)
    {
        foreach (var parameter in All)
        {
            if (parameter.Parameter.RateFactor != 0 && GradientOf(parameter) is { } gradient)
                gradient.Tensor.clamp_(-value, value);
        }
    }

    private double Norm()
    {
        using var scope = NewDisposeScope();
        var sum = _device.Sum(ScalarType.Float64);
        foreach (var parameter in All)
        {
            if (parameter.Parameter.RateFactor != 0 && GradientOf(parameter) is { } gradient)
                sum.add_(gradient.Tensor.square().sum(ScalarType.Float64));
        }
        return Math.Sqrt(sum.item<double>());
    }

    private void Step(TorchParameter parameter, Update update, float rate, float weightDecay)
    {
        if (GradientOf(parameter) is not { } gradient)
            return;
        var isAdam = _moments.TryGetValue(parameter, out var moments);
        _device.Kernels.Step(_kind, update with
        {
            Value = parameter.Value.Address,
            Gradient = gradient.Address,
            First = isAdam ? moments.First.Address : 0,
            Second = isAdam ? moments.Second.Address : 0,
            Rows = parameter.Gradient == null ? _parameters.Embedding.Rows!.Address : 0,
            Count = gradient.Tensor.NumberOfElements,
            Stride = parameter.Parameter.Stride,
            Rate = isAdam ? rate * (float)(1 / (1 - HostMath.Pow(AdamKernel.Beta1, _step))) : rate,
            Keep = parameter.Parameter.IsDecayed ? 1 - rate * weightDecay : 1f,
        });
    }
}
