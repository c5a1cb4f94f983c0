namespace Microsoft.ML.RevRnn;

/// <summary>How texts are read where it is measured how well a language model predicts them.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Adapts the model to each text as it is read; null for the model as it is.</summary>
    public CacheOptions? Cache { get; init; }

    /// <summary>
    /// Whether each text goes on from the one before, as lines of one document do: the model's state and the cache are carried over the boundary between them, as training by
    /// <see cref="TextLayout.Streams"/> reads texts. Else each is read by itself, from a beginning. They are then read one after the other, by one thread.
    /// </summary>
    public bool CarriesOver { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate() => Cache?.Validate();
}
