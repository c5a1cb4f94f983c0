using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Heads;

/// <summary>
/// What the scores of whole sequences have besides the linear map of their pooled outputs: a map of something else that is known of a sequence, with weights of its
/// own. A head adds up any number of them.
/// </summary>
internal abstract class ScoreAddend : IDisposable
{
    /// <summary>Starts a batch, before any of its rows.</summary>
    public abstract void Begin(PackedBatch batch);

    /// <summary>Adds its part to the scores of a row. Threads ask for different rows.</summary>
    public abstract void AddTo(Span<float> scores, int row);

    /// <summary>Adds what a row contributes to the gradient by the weights of an outcome. Threads ask for different outcomes, and for the rows of each in order.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="row">The row.</param>
    /// <param name="gradient">The gradient of the batch's loss by the row's score of the outcome.</param>
    public abstract void AddGradient(int outcome, int row, float gradient);

    public abstract void Dispose();
}
