using Microsoft.ML.RevRnn.Groups;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>How often each class was right, was predicted, and should have been, over held-back data.</summary>
/// <param name="count">C: the classes, or labels of which any may hold.</param>
internal sealed class ClassCounts(int count)
{
    private readonly long[] _right = new long[count];
    private readonly long[] _predicted = new long[count];
    private readonly long[] _actual = new long[count];

    /// <summary>
    /// The mean of the classes' F1 = 2 right / (predicted + actual), each class counting the same; a class that neither was predicted nor should have been does not
    /// count. 0 where there is none.
    /// </summary>
    public double MacroF1
    {
        get
        {
            var (sum, classes) = (0.0, 0);
            for (var i = 0; i < count; i++)
            {
                if (_predicted[i] + _actual[i] == 0)
                    continue;
                sum += 2.0 * _right[i] / (_predicted[i] + _actual[i]);
                classes++;
            }
            return classes == 0 ? 0 : sum / classes;
        }
    }

    /// <summary>One class was predicted, and one should have been.</summary>
    public void Add(int actual, int predicted)
    {
        _actual[actual]++;
        _predicted[predicted]++;
        if (actual == predicted)
            _right[actual]++;
    }

    /// <summary>A label was said to hold or not, and held or not.</summary>
    public void AddLabel(int label, bool actual, bool predicted)
    {
        _actual[label] += actual ? 1 : 0;
        _predicted[label] += predicted ? 1 : 0;
        _right[label] += actual && predicted ? 1 : 0;
    }

    /// <summary>Adds up what the ranks of a group have counted.</summary>
    public void Join(IGradientGroup group)
    {
        var (table, inbox) = (new double[count], new double[count]);
        foreach (var counts in (ReadOnlySpan<long[]>)[_right, _predicted, _actual])
        {
            for (var i = 0; i < count; i++)
                table[i] = counts[i];
            group.Join(table, inbox);
            for (var i = 0; i < count; i++)
                counts[i] = (long)table[i];
        }
    }

    public void Clear()
    {
        foreach (var counts in (ReadOnlySpan<long[]>)[_right, _predicted, _actual])
            Array.Clear(counts);
    }
}
