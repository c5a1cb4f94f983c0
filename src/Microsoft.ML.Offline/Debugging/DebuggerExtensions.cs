using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Looks at the first rows of what a table, a transformer or an estimator gives.</summary>
public static class DebuggerExtensions
{
    /// <summary>The first rows of a table.</summary>
    public static DataDebuggerPreview Preview(this IDataView data, int maxRows = DataDebuggerPreview.Defaults.MaxRows) => new(data, maxRows);

    /// <summary>The first rows of what a transformer makes of a table.</summary>
    public static DataDebuggerPreview Preview(
        this ITransformer transformer, IDataView data, int maxRows = DataDebuggerPreview.Defaults.MaxRows)
        => new(transformer.Transform(data), maxRows);

    /// <summary>The first rows of what an estimator makes of a table; it learns from <paramref name="maxTrainingRows"/> rows at most.</summary>
    public static DataDebuggerPreview Preview(
        this IEstimator<ITransformer> estimator,
        IDataView data,
        int maxRows = DataDebuggerPreview.Defaults.MaxRows,
        int maxTrainingRows = DataDebuggerPreview.Defaults.MaxRows)
    {
        Contracts.CheckValue(estimator, nameof(estimator));
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckParam(maxRows >= 0, nameof(maxRows), "The number of rows cannot be negative.");
        Contracts.CheckParam(maxTrainingRows >= 0, nameof(maxTrainingRows), "The number of rows cannot be negative.");
        return new(estimator.Fit(new SkipTakeDataView(data, 0, maxTrainingRows)).Transform(data), maxRows);
    }
}
