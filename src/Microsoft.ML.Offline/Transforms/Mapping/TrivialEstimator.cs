using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>An estimator with nothing to learn.</summary>
public abstract class TrivialEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : class, ITransformer
{
    private protected TrivialEstimator(IHost host, TTransformer transformer)
    {
        Host = Contracts.CheckRef(host, nameof(host));
        Transformer = host.CheckRef(transformer, nameof(transformer));
    }

    private protected IHost Host { get; }

    private protected TTransformer Transformer { get; }

    /// <summary>The transformer, when it accepts the input's columns.</summary>
    public TTransformer Fit(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        Transformer.GetOutputSchema(input.Schema);
        return Transformer;
    }

    /// <summary>What columns the transformer would give.</summary>
    public abstract SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
