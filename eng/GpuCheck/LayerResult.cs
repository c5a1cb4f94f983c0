namespace Microsoft.ML.RevRnn.GpuCheck;

/// <summary>What a layer's training step gives, by name.</summary>
internal sealed class LayerResult
{
    public Dictionary<string, float[]> Values { get; } = [];

    /// <summary>How many values there are, and how many of them have other bits than the other's.</summary>
    public (long Values, long Different) Compare(LayerResult other, string name)
    {
        var (mine, others) = (Values[name], other.Values[name]);
        var different = mine.Length == others.Length ? 0L : mine.Length;
        for (var i = 0; i < Math.Min(mine.Length, others.Length); i++)
        {
            if (BitConverter.SingleToInt32Bits(mine[i]) != BitConverter.SingleToInt32Bits(others[i]))
                different++;
        }
        return (mine.Length, different);
    }
}
