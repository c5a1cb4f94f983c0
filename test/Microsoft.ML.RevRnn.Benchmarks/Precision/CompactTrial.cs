using System.Numerics.Tensors;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A classifier, and the same with weights of 8 bits, on the same test rows.</summary>
/// <param name="Accuracy">Of the whole model and of the compact one.</param>
/// <param name="Bytes">Of their files.</param>
/// <param name="SameClass">The part of the rows in which both predict the same class.</param>
/// <param name="Difference">The mean over rows and classes of how far their probabilities are apart.</param>
internal sealed record CompactTrial((double Whole, double Compact) Accuracy, (long Whole, long Compact) Bytes, double SameClass, double Difference)
{
    /// <summary>Trains one and rounds it.</summary>
    public static CompactTrial Of(AccuracyData data, CellKind cell, RevRnnClassificationOptions options)
    {
        var context = new MLContext(1);
        var (train, test) = data.Load(context, 1);
        var catalog = context.MulticlassClassification;
        var model = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(cell == CellKind.RevLstm ? catalog.Trainers.RevLstm(options) : catalog.Trainers.RevGru(options)).Fit(train);
        var (whole, compact) = (model.LastTransformer, model.LastTransformer.WithWeights(WeightPrecision.Int8));
        test = model.First().Transform(test);
        var (ofWhole, ofCompact) = (whole.Transform(test), compact.Transform(test));
        var (left, right) = (Scores(context, ofWhole), Scores(context, ofCompact));
        return new(
            (catalog.Evaluate(ofWhole).MicroAccuracy, catalog.Evaluate(ofCompact).MicroAccuracy),
            (FileBytes(context, whole), FileBytes(context, compact)),
            left.Zip(right, (a, b) => TensorPrimitives.IndexOfMax<float>(a) == TensorPrimitives.IndexOfMax<float>(b) ? 1.0 : 0).Average(),
            left.Zip(right, (a, b) => a.Zip(b, (p, q) => Math.Abs((double)p - q)).Average()).Average());
    }

    public static long FileBytes(MLContext context, ITransformer model)
    {
        using var file = new MemoryStream();
        context.Model.Save(model, null, file);
        return file.Length;
    }

    private static float[][] Scores(MLContext context, IDataView scored)
        => [.. context.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).Select(row => row.Score)];

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
