using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn;

/// <summary>Foretells what the learned values of a network take, before any training.</summary>
public static class ParameterMemory
{
    /// <summary>
    /// Copies of a weight while it is trained: itself, packed for both passes, its gradient, the optimiser's two moments, and that of the best epoch.
    /// </summary>
    private const int DenseCopies = 7;

    /// <summary>The same of token vectors, which are not packed and of which few have a gradient at a time.</summary>
    private const int EmbeddingCopies = 5;

    /// <summary>Learned values of a network with a linear map to outcomes behind it; n-grams and numbers that go with sequences not counted.</summary>
    /// <param name="network">Cell, I, H, layers, directions and pooling.</param>
    /// <param name="vocabularySize">V, at least 2.</param>
    /// <param name="outcomes">Classes or labels; 0 for a language model, whose outcomes are the tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static long Count(NetworkOptions network, int vocabularySize, int outcomes)
    {
        var (embedding, dense) = Parts(network, vocabularySize, outcomes);
        return embedding + dense;
    }

    /// <summary>
    /// Bytes that weights, gradients and optimiser take in training, padding not counted: 28 for a weight, 20 for a value of a token's vector. They do not depend on the batch.
    /// </summary>
    /// <inheritdoc cref="Count"/>
    public static long TrainingBytes(NetworkOptions network, int vocabularySize, int outcomes)
    {
        var (embedding, dense) = Parts(network, vocabularySize, outcomes);
        return sizeof(float) * (EmbeddingCopies * embedding + DenseCopies * dense);
    }

    private static (long Embedding, long Dense) Parts(NetworkOptions network, int vocabularySize, int outcomes)
    {
        ArgumentNullException.ThrowIfNull(network);
        network.Validate();
        OptionCheck.Range(nameof(vocabularySize), vocabularySize, 2, 10_000_002);
        OptionCheck.Range(nameof(outcomes), outcomes, 0, 10_000_000);
        var shape = new NetworkShape(network, vocabularySize);
        var embedding = (long)vocabularySize * network.EmbeddingSize;
        var layers = shape.Directions * shape.LayerValues;
        if (outcomes == 0)
            return network.TieEmbeddings ? (0, embedding + layers + vocabularySize) : (embedding, layers + vocabularySize * (shape.OutputSize + 1L));
        var attention = network.Pooling == PoolingKind.Attention ? shape.OutputSize : 0;
        return (embedding, layers + attention + outcomes * ((long)Pooling.PartsOf(network.Pooling) * shape.OutputSize + 1));
    }
}
