using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Gets at the schema shape of data. ML.NET does not make one for everybody, but it tells each estimator of a pipeline.</summary>
internal sealed class ShapeProbe : IEstimator<ITransformer>
{
    private SchemaShape? _shape;

    public static SchemaShape Of(IDataView data)
    {
        var probe = new ShapeProbe();
        new EstimatorChain<ITransformer>().Append(probe).Fit(data);
        return probe._shape!;
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _shape = inputSchema;

    public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();
}
