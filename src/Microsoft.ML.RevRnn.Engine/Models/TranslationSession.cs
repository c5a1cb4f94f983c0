namespace Microsoft.ML.RevRnn;

/// <summary>Translates one sequence after the other. For one thread at a time; a model can have any number of them.</summary>
public sealed class TranslationSession
{
    internal TranslationSession()
    {
    }

    /// <summary>The best translation that a beam search finds.</summary>
    /// <param name="source">Token numbers; of an empty source the translation is empty too.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Translation Translate(ReadOnlySpan<int> source, DecodingOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The best translations that a beam search finds, best first.</summary>
    /// <param name="source">Token numbers; of an empty source the translation is empty too.</param>
    /// <param name="count">How many, 1 to 1,000; the beam is as wide at least. There may be fewer.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Translation[] TranslateBest(ReadOnlySpan<int> source, int count, DecodingOptions? options = null, CancellationToken cancellationToken = default)
        => throw new NotImplementedException();

    /// <summary>Takes the most probable token each time, and gives it as soon as it is known. The session must not be used for another source until it has ended.</summary>
    /// <param name="source">Token numbers.</param>
    /// <param name="maximumLength">Most tokens, 1 to 1,000,000; null for 2 S + 10.</param>
    /// <param name="cancellationToken">Ends it before the next token.</param>
    /// <exception cref="ArgumentException">A token is not in the source vocabulary.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is out of its range.</exception>
    /// <exception cref="InvalidOperationException">Weights are so large that there is no finite result.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<int> Stream(ReadOnlySpan<int> source, int? maximumLength = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
