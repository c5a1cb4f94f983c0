using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels with what each row weighs, with which others it is held back, and its numbers. Rows that weigh 0 are left out.</summary>
/// <param name="labels">The labels.</param>
/// <param name="weight">The column of weights, Single; null for none.</param>
/// <param name="samplingKey">The column of what rows that are held back together have in common; null for none.</param>
/// <param name="features">The columns of numbers; empty for none.</param>
internal sealed class ExampleLabels(
    RowLabels labels, DataViewSchema.Column? weight, DataViewSchema.Column? samplingKey, IReadOnlyList<DataViewSchema.Column> features)
    : RowLabels(labels.Column)
{
    private readonly List<float> _weights = [];
    private readonly List<int> _groups = [];
    private readonly List<float[]> _features = [];
    private long _weightless;

    public override IEnumerable<DataViewSchema.Column> Columns
        => ((DataViewSchema.Column?[])[labels.Column, weight, samplingKey]).OfType<DataViewSchema.Column>().Concat(features);

    public override long Weightless => _weightless;

    /// <summary>What the engine is told of the rows with a label: of what there is no column for, nothing.</summary>
    public ExampleOptions Options => new()
    {
        Weights = weight == null ? null : _weights,
        Groups = samplingKey == null ? null : _groups,
        Features = Features,
    };

    /// <summary>The numbers of each row with a label; null where there are none.</summary>
    public IReadOnlyList<float[]>? Features => features.Count == 0 ? null : _features;

    /// <summary>What it is told of these rows, and of those of a validation set behind them.</summary>
    public ExampleOptions With(ExampleLabels validation, int validationCount) => new()
    {
        Weights = weight == null ? null : [.. _weights, .. validation._weights],
        Features = features.Count == 0 ? null : [.. _features, .. validation._features],
        ValidationCount = validationCount,
    };

    public override void Check(IReadOnlyList<int[]> sequences, IReadOnlyList<DataViewSchema.Column> input, IExceptionContext context)
        => labels.Check(sequences, input, context);

    /// <summary>Warns of numbers that are missing.</summary>
    /// <param name="substitute">What stands for one.</param>
    /// <param name="channel">The log.</param>
    public void WarnOfMissing(string substitute, IChannel channel)
    {
        var count = _features.Count(ofRow => Array.Exists(ofRow, float.IsNaN));
        if (count > 0)
        {
            channel.Warning(MessageSensitivity.Schema,
                $"{count} rows have a missing number (NaN) in the feature {InputSchema.Describe(features)}; {substitute} stands for it.");
        }
    }

    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var takeLabel = labels.CreateReader(row, context);
        var readWeight = weight is { } ofWeight ? row.GetGetter<float>(ofWeight) : null;
        var readFeatures = RowFeatures.CreateReader(row, features, context);
        var readGroup = samplingKey is { } ofKey ? new SamplingKeys(ofKey).CreateReader(row) : null;
        return () =>
        {
            var value = 1f;
            readWeight?.Invoke(ref value);
            if (!(value >= 0 && float.IsFinite(value)))
                throw Wrong(value, row, context);
            if (value == 0)
            {
                _weightless++;
                return false;
            }
            if (!takeLabel())
                return false;
            _weights.Add(value);
            _groups.Add(readGroup?.Invoke() ?? 0);
            if (features.Count > 0)
                _features.Add(readFeatures());
            return true;
        };
    }

    private InvalidOperationException Wrong(float value, DataViewRow row, IExceptionContext context)
        => context.Process(new InvalidOperationException(FormattableString.Invariant(
            $"The example weight column '{weight!.Value.Name}' has {value} in row {row.Position}; a weight must be a finite number from 0.")));
}
