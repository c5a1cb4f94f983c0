using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Input;

/// <summary>Labels with what each row weighs, and with which others it is held back. Rows that weigh 0 are left out.</summary>
/// <param name="labels">The labels.</param>
/// <param name="weight">The column of weights, Single; null for none.</param>
/// <param name="samplingKey">The column of what rows that are held back together have in common; null for none.</param>
internal sealed class ExampleLabels(RowLabels labels, DataViewSchema.Column? weight, DataViewSchema.Column? samplingKey) : RowLabels(labels.Column)
{
    private readonly List<float> _weights = [];
    private readonly List<int> _groups = [];
    private long _weightless;

    public override IEnumerable<DataViewSchema.Column> Columns
        => ((DataViewSchema.Column?[])[labels.Column, weight, samplingKey]).OfType<DataViewSchema.Column>();

    public override long Weightless => _weightless;

    /// <summary>The weight of each row with a label; null where there is no column of weights.</summary>
    public IReadOnlyList<float>? Weights => weight == null ? null : _weights;

    /// <summary>The number of its group, likewise.</summary>
    public IReadOnlyList<int>? Groups => samplingKey == null ? null : _groups;

    public override void Check(IReadOnlyList<int[]> sequences, DataViewSchema.Column input, IExceptionContext context) => labels.Check(sequences, input, context);

    public override Func<bool> CreateReader(DataViewRow row, IExceptionContext context)
    {
        var takeLabel = labels.CreateReader(row, context);
        var readWeight = weight is { } ofWeight ? row.GetGetter<float>(ofWeight) : null;
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
            return true;
        };
    }

    private InvalidOperationException Wrong(float value, DataViewRow row, IExceptionContext context)
        => context.Process(new InvalidOperationException(FormattableString.Invariant(
            $"The example weight column '{weight!.Value.Name}' has {value} in row {row.Position}; a weight must be a finite number from 0.")));
}
