using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Loading and splitting data.</summary>
public sealed class DataOperationsCatalog : IInternalCatalog
{
    private readonly IHostEnvironment _env;

    internal DataOperationsCatalog(IHostEnvironment env) => _env = env;

    IHostEnvironment IInternalCatalog.Environment => _env;

    /// <summary>The objects of a sequence as rows. It is enumerated anew in each pass.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition? schemaDefinition = null)
        where TRow : class
    {
        _env.CheckValue(data, nameof(data));
        return new EnumerableDataView<TRow>(data, schemaDefinition);
    }

    /// <summary>The objects of a sequence as rows, with the columns' types and annotations from a schema.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class
    {
        _env.CheckValue(data, nameof(data));
        _env.CheckValue(schema, nameof(schema));
        return new EnumerableDataView<TRow>(data, SchemaDefinition.Create(_env, typeof(TRow), schema));
    }

    /// <summary>The rows as objects; with <paramref name="reuseRowObject"/> it is the same one each time.</summary>
    public IEnumerable<TRow> CreateEnumerable<TRow>(
        IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false, SchemaDefinition? schemaDefinition = null)
        where TRow : class, new()
    {
        _env.CheckValue(data, nameof(data));
        return Enumerate(data, new TypedRowReader<TRow>(_env, data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    private static IEnumerable<TRow> Enumerate<TRow>(IDataView data, TypedRowReader<TRow> reader, bool reuseRowObject)
        where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(reader.Columns);
        var fill = reader.Bind(cursor);
        TRow? row = null;
        while (cursor.MoveNext())
        {
            row = reuseRowObject && row != null ? row : new TRow();
            fill(row);
            yield return row;
        }
    }

    /// <summary>The table, held in memory from the first pass on.</summary>
    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        _env.CheckValue(input, nameof(input));
        foreach (string name in columnsToPrefetch ?? [])
        {
            if (input.Schema.GetColumnOrNull(name) == null)
                throw _env.ExceptSchemaMismatch(nameof(columnsToPrefetch), "prefetch", name);
        }

        return new CacheDataView(input);
    }

    /// <summary>The rows in a random order.</summary>
    /// <param name="input">The table.</param>
    /// <param name="seed">What the order is drawn from; null to draw it from the context.</param>
    /// <param name="shufflePoolSize">How many rows are held at a time; here all are.</param>
    /// <param name="shuffleSource">Whether the table itself is to give its rows in another order; here it makes no difference.</param>
    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true)
    {
        _env.CheckValue(input, nameof(input));
        _env.CheckUserArg(shufflePoolSize > 0, nameof(shufflePoolSize), "The pool must have room for one row at least.");
        return new ShuffledDataView(input, seed ?? _env.Register("RowShufflingTransformer").Rand.Next());
    }

    /// <summary>The rows after the first <paramref name="count"/>.</summary>
    public IDataView SkipRows(IDataView input, long count)
    {
        _env.CheckValue(input, nameof(input));
        _env.CheckUserArg(count > 0, nameof(count), "One row at least must be skipped.");
        return new SkipTakeDataView(input, count, long.MaxValue);
    }

    /// <summary>The first <paramref name="count"/> rows.</summary>
    public IDataView TakeRows(IDataView input, long count)
    {
        _env.CheckValue(input, nameof(input));
        _env.CheckUserArg(count > 0, nameof(count), "One row at least must be taken.");
        return new SkipTakeDataView(input, 0, count);
    }

    /// <summary>Splits by chance, or by a column whose equal values stay together.</summary>
    /// <param name="data">The table.</param>
    /// <param name="testFraction">The share of the test set.</param>
    /// <param name="samplingKeyColumnName">The column whose equal values stay together.</param>
    /// <param name="seed">What the split is drawn from; null for the seed of the context.</param>
    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string? samplingKeyColumnName = null, int? seed = null)
    {
        _env.CheckValue(data, nameof(data));
        _env.CheckParam(0 < testFraction && testFraction < 1, nameof(testFraction), "The share must be between 0 and 1.");
        var splitter = new DataSplitter(_env, data, samplingKeyColumnName, seed);
        return new TrainTestData(
            splitter.Select(0, testFraction, includeMax: false, complement: true),
            splitter.Select(0, testFraction, includeMax: false, complement: false));
    }

    /// <summary>Splits once for each fold: the fold is the test set, the others are the train set.</summary>
    public IReadOnlyList<TrainTestData> CrossValidationSplit(
        IDataView data, int numberOfFolds = 5, string? samplingKeyColumnName = null, int? seed = null)
    {
        _env.CheckValue(data, nameof(data));
        _env.CheckParam(numberOfFolds > 1, nameof(numberOfFolds), "There must be at least two folds.");
        return CrossValidationSplit(_env, data, numberOfFolds, samplingKeyColumnName, seed).ToArray();
    }

    internal static IEnumerable<TrainTestData> CrossValidationSplit(
        IHostEnvironment env, IDataView data, int numberOfFolds, string? samplingKeyColumnName, int? seed)
    {
        var splitter = new DataSplitter(env, data, samplingKeyColumnName, seed);
        for (int fold = 0; fold < numberOfFolds; fold++)
        {
            double min = (double)fold / numberOfFolds;
            double max = (double)(fold + 1) / numberOfFolds;
            yield return new TrainTestData(
                splitter.Select(min, max, includeMax: true, complement: true), splitter.Select(min, max, includeMax: true, complement: false));
        }
    }

    /// <summary>The two parts of a split.</summary>
    public struct TrainTestData
    {
        /// <summary>What to learn from.</summary>
        public readonly IDataView TrainSet;

        /// <summary>What to evaluate on.</summary>
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}
