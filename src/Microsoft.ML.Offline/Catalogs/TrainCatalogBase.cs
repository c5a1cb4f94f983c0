using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>What is common to the catalogs of tasks.</summary>
public abstract class TrainCatalogBase : IInternalCatalog
{
    private protected TrainCatalogBase(IHostEnvironment env) => Environment = Contracts.CheckRef(env, nameof(env));

    IHostEnvironment IInternalCatalog.Environment => Environment;

    private protected IHostEnvironment Environment { get; }

    /// <summary>Learns once for each fold, from the other folds, and scores the fold.</summary>
    private protected IReadOnlyList<CrossValidationResult<T>> CrossValidateTrain<T>(
        IDataView data, IEstimator<ITransformer> estimator, int numFolds, string? samplingKeyColumn, int? seed, Func<IDataView, T> evaluate)
        where T : class
    {
        Environment.CheckValue(data, nameof(data));
        Environment.CheckValue(estimator, nameof(estimator));
        Environment.CheckParam(numFolds > 1, nameof(numFolds), "There must be at least two folds.");
        return DataOperationsCatalog.CrossValidationSplit(Environment, data, numFolds, samplingKeyColumn, seed).Select((split, fold) =>
        {
            var model = estimator.Fit(split.TrainSet);
            var scores = model is ITransformerChainAccessor chain
                ? new TransformerChain<ITransformer>(chain.Transformers, chain.Scopes).Transform(split.TestSet, TransformerScope.Everything)
                : model.Transform(split.TestSet);
            return new CrossValidationResult<T>(model, evaluate(scores), scores, fold);
        }).ToArray();
    }

    /// <summary>What came of one fold.</summary>
    public sealed class CrossValidationResult<T>
        where T : class
    {
        /// <summary>The metrics on the fold.</summary>
        public readonly T Metrics;

        /// <summary>The model learnt from the other folds.</summary>
        public readonly ITransformer Model;

        /// <summary>The fold with its scores.</summary>
        public readonly IDataView ScoredHoldOutSet;

        /// <summary>The fold's number.</summary>
        public readonly int Fold;

        internal CrossValidationResult(ITransformer model, T metrics, IDataView scores, int fold)
        {
            Model = model;
            Metrics = metrics;
            ScoredHoldOutSet = scores;
            Fold = fold;
        }
    }

    /// <summary>What is common to the catalogs of trainers.</summary>
    public abstract class CatalogInstantiatorBase : IInternalCatalog
    {
        private protected CatalogInstantiatorBase(TrainCatalogBase catalog) => Owner = catalog;

        IHostEnvironment IInternalCatalog.Environment => Owner.GetEnvironment();

        internal TrainCatalogBase Owner { get; }
    }
}
