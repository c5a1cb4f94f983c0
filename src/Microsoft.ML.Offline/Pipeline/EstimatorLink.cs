using Microsoft.ML.Data;

namespace Microsoft.ML.Offline;

/// <summary>One estimator of a chain.</summary>
internal sealed record EstimatorLink(IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter);
