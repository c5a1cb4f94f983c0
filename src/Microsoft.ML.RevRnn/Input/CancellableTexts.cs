using System.Collections;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Texts to learn tokens from: where that has been cancelled, the next one is not handed out.</summary>
/// <exception cref="OperationCanceledException">Thrown by all that gives a text.</exception>
internal sealed class CancellableTexts(List<string> texts, CancellationToken cancellationToken) : IReadOnlyList<ReadOnlyMemory<char>>
{
    public int Count => texts.Count;

    public ReadOnlyMemory<char> this[int index]
    {
        get
        {
            cancellationToken.ThrowIfCancellationRequested();
            return texts[index].AsMemory();
        }
    }

    public IEnumerator<ReadOnlyMemory<char>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
