namespace Microsoft.ML;

/// <summary>Learns a transformer from data.</summary>
public interface IEstimator<out TTransformer>
    where TTransformer : ITransformer
{
    /// <summary>Learns.</summary>
    TTransformer Fit(IDataView input);

    /// <summary>What columns the transformer would give, checked before anything is learnt.</summary>
    SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
