using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Torch;

/// <summary>Dropout's masks: those of the engine, made on the processor, as factors on the device.</summary>
internal static class Masks
{
    /// <summary>[keys, stride]: of each key its mask, 0 or 1 / (1 - rate).</summary>
    /// <param name="device">Where they are needed.</param>
    /// <param name="rate">Probability of 0.</param>
    /// <param name="stride">Length of a row.</param>
    /// <param name="keys">Give the masks.</param>
    /// <param name="factors">Of each mask a factor of all of it; none for 1.</param>
    public static unsafe TorchBuffer Create(TorchDevice device, float rate, int stride, ReadOnlySpan<ulong> keys, ReadOnlySpan<float> factors = default)
    {
        var dropout = Dropout.For(device.Host.Width, rate);
        var masks = new float[(long)keys.Length * stride];
        for (var i = 0; i < keys.Length; i++)
        {
            var mask = masks.AsSpan(i * stride, stride);
            mask.Fill(factors.IsEmpty ? 1 : factors[i]);
            fixed (float* values = mask)
                dropout.Apply(values, values, stride, keys[i]);
        }
        return device.Rows(masks, stride);
    }
}
