using System.Collections;

namespace Microsoft.ML.RevRnn.Models;

/// <summary>The numbers that go with the sequences a session runs now: one's own copy, or the list of many.</summary>
/// <param name="count">F.</param>
internal sealed class FeatureRows(int count) : IReadOnlyList<float[]>
{
    private readonly float[][] _one = [new float[count]];
    private IReadOnlyList<float[]> _rows = [];

    public int Count => _rows.Count;

    public float[] this[int index] => _rows[index];

    /// <summary>Those of one sequence.</summary>
    public void Read(ReadOnlySpan<float> features)
    {
        features.CopyTo(_one[0]);
        _rows = _one;
    }

    /// <summary>Those of many.</summary>
    public void Read(IReadOnlyList<float[]> features) => _rows = features;

    public IEnumerator<float[]> GetEnumerator() => _rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
