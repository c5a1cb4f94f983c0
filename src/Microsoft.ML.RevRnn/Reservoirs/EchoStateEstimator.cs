using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Features;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Reservoirs;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>
/// Features of texts by an echo state network: a recurrent network of fixed random weights. There is nothing to train: <see cref="Fit"/> checks the column. Made by
/// <c>mlContext.Transforms.Text.EchoState</c>.
/// </summary>
public sealed class EchoStateEstimator : IEstimator<EchoStateTransformer>
{
    private readonly EchoStateTransformer _transformer;
    private readonly IHost _host;

    internal EchoStateEstimator(IHostEnvironment env, EchoStateTextOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckName(nameof(options.OutputColumnName), options.OutputColumnName);
        CheckName(nameof(options.InputColumnName), options.InputColumnName);
        _host = env.Register(nameof(EchoStateEstimator));
        _transformer = new EchoStateTransformer(
            _host, options.OutputColumnName, options.InputColumnName, new EchoStateEncoder(options.Network, options.Tokens, options.Bidirectional));
    }

    /// <summary>The transformer, after a check of the column; no row is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not of text.</exception>
    public EchoStateTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        return _transformer;
    }

    /// <summary>The columns of the input, and the features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or not of text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var column in inputSchema)
        {
            if (column.Name == _transformer.InputColumnName && column is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false, ItemType: TextDataViewType })
                return InputSchema.With(inputSchema, FeaturesSchema.Shape(_transformer.OutputColumnName));
        }
        throw EchoStateSchema.NoText(_host, _transformer.InputColumnName);
    }

    private static void CheckName(string option, string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException($"{option} is empty; it must be the name of a column.", option);
    }
}
