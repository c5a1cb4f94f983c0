using System.Collections;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A list that tells which item is about to be read, so that a test can act at a certain point of training.</summary>
internal sealed class WatchedList<T>(IReadOnlyList<T> items, Action<int> reading) : IReadOnlyList<T>
{
    public int Count => items.Count;

    public T this[int index]
    {
        get
        {
            reading(index);
            return items[index];
        }
    }

    public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
