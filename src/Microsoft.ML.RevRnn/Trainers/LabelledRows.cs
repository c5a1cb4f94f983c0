using Microsoft.ML.RevRnn.Input;

namespace Microsoft.ML.RevRnn.Trainers;

/// <summary>What a trainer learns from.</summary>
/// <param name="Input">The columns that were read.</param>
/// <param name="Training">The rows that are not those of a validation set.</param>
/// <param name="Sequences">Token numbers of all rows, those of a validation set last.</param>
/// <param name="Labels">The label of each.</param>
/// <param name="Examples">What each weighs, which are held back, and their numbers.</param>
internal sealed record LabelledRows<T>(
    ReadColumns Input, TrainingRows Training, IReadOnlyList<int[]> Sequences, IReadOnlyList<T> Labels, ExampleOptions Examples)
{
    /// <summary>V.</summary>
    public int VocabularySize => Training.Tokenization.VocabularySize;

    /// <summary>The labels of <see cref="Training"/>.</summary>
    public IEnumerable<T> TrainingLabels => Labels.Take(Training.Sequences.Count);

    /// <summary>The same with another way to learn from the n-grams, which are the same ones.</summary>
    /// <param name="options">That way; null where there are none.</param>
    public LabelledRows<T> LearnedBy(NGramOptions? options)
        => options == null ? this : this with { Examples = Examples with { NGrams = Examples.NGrams! with { Options = options } } };

    /// <summary>The same with nothing held back.</summary>
    /// <param name="shares">How much network and n-grams count, which nothing tells then.</param>
    public LabelledRows<T> TrainedOnAll((float Network, float NGrams) shares)
        => this with { Examples = Examples with { ValidationCount = 0, NGrams = Examples.NGrams == null ? null : Examples.NGrams with { Shares = shares } } };
}
