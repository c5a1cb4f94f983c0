using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;

namespace Microsoft.ML;

/// <summary>Adds echo state networks to the catalog of text transforms of an <see cref="MLContext"/>.</summary>
public static class EchoStateCatalog
{
    // A default argument must be a constant, so it is written down here as well as in the engine's options; a test compares them.
    private const int Units = 300;

    /// <summary>
    /// Features of texts by an echo state network, a recurrent network of fixed random weights (Jaeger 2001): nothing is trained, and no vocabulary learned. A baseline: on sentiment a bag of words is
    /// better (docs/language-models.md); it is at home in streams of characters.
    /// </summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column that will hold the features: a vector of one Single a unit of each of two directions.</param>
    /// <param name="inputColumnName">The column of text; null for <paramref name="outputColumnName"/>. Default null.</param>
    /// <param name="units">N: units of a direction, 2 to 1,000. Default 300.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Text.EchoState("Features", "Text", units: 100)
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static EchoStateEstimator EchoState(
        this TransformsCatalog.TextTransforms catalog, string outputColumnName, string? inputColumnName = null, int units = Units)
        => catalog.EchoState(new EchoStateTextOptions
        {
            OutputColumnName = outputColumnName,
            InputColumnName = inputColumnName ?? outputColumnName,
            Network = new EchoStateOptions { Units = units },
        });

    /// <summary>Features of texts by an echo state network, a recurrent network of fixed random weights (Jaeger 2001): nothing is trained, and no vocabulary learned.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="options">Columns, tokens and network. Later changes to it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or tokens are byte pairs.</exception>
    /// <example>
    /// <code>
    /// var options = new EchoStateTextOptions { Tokens = TokenKind.Characters, Network = new() { Units = 100, SpectralRadius = 0.95, Seed = 1 } };
    /// var pipeline = mlContext.Transforms.Text.EchoState(options)
    ///     .Append(mlContext.Clustering.Trainers.KMeans("Features"));
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static EchoStateEstimator EchoState(this TransformsCatalog.TextTransforms catalog, EchoStateTextOptions options)
        => new(CatalogUtils.GetEnvironment(catalog), options);
}
