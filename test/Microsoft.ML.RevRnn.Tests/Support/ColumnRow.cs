using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A row of texts and numbers in several columns, with a label for every trainer.</summary>
internal sealed class ColumnRow
{
    public string? Title { get; set; } = "";

    public string? Body { get; set; } = "";

    public float Price { get; set; }

    [VectorType(3)]
    public float[] Sizes { get; set; } = new float[3];

    public float[] Any { get; set; } = [];

    public int Count { get; set; }

    public bool Flag { get; set; }

    /// <summary>The label as a text.</summary>
    public string Label { get; set; } = "no";

    /// <summary>The label alone, and always false.</summary>
    [VectorType(2)]
    public bool[] Flags { get; set; } = new bool[2];

    /// <summary>Rows with keys for labels.</summary>
    public static IDataView View(IEnumerable<ColumnRow> rows)
    {
        var data = Trained.Context.Data.LoadFromEnumerable(rows);
        return Trained.Context.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(data).Transform(data);
    }

    /// <summary>Sets all kinds of label.</summary>
    public ColumnRow Labelled(bool label)
    {
        Flag = label;
        Label = label ? "yes" : "no";
        Flags = [label, false];
        return this;
    }

    /// <summary>The part of rows that a model is right about.</summary>
    public static double Accuracy(ITransformer model, IDataView data)
    {
        var flags = data.GetColumn<bool>("Flag");
        var predicted = model.Transform(data);
        var told = predicted.Schema["PredictedLabel"].Type switch
        {
            VectorDataViewType => predicted.GetColumn<bool[]>("PredictedLabel").Select(labels => labels[0]),
            BooleanDataViewType => predicted.GetColumn<bool>("PredictedLabel"),
            // By value: no, yes.
            _ => predicted.GetColumn<uint>("PredictedLabel").Select(key => key == 2),
        };
        return flags.Zip(told, (flag, label) => flag == label ? 1.0 : 0).Average();
    }

    /// <summary>Trains each kind of classifier of whole texts.</summary>
    /// <param name="view">Data of <see cref="View"/>.</param>
    /// <param name="change">Sets options.</param>
    /// <param name="previous">What this gave before, to go on with; null to start anew.</param>
    public static IEnumerable<RevRnnPredictionTransformer> FitEach(
        IDataView view, Action<RevRnnTrainerOptions> change, IReadOnlyList<RevRnnPredictionTransformer>? previous = null)
    {
        var context = new MLContext(seed: 3);
        yield return Fit(context.MulticlassClassification.Trainers.RevLstm(Changed(Small.Classification(), "Label")), 0);
        yield return Fit(context.BinaryClassification.Trainers.RevGru(Changed(Small.Binary(), "Flag")), 1);
        yield return Fit(context.MulticlassClassification.Trainers.RevLstmMultiLabel(Changed(Small.MultiLabel(), "Flags")), 2);

        TTransformer Fit<TOptions, TTransformer>(RevRnnTrainerBase<TOptions, TTransformer> trainer, int number)
            where TOptions : RevRnnTrainerOptions
            where TTransformer : RevRnnPredictionTransformer
            => previous == null ? trainer.Fit(view) : trainer.Fit(view, (TTransformer)previous[number]);

        T Changed<T>(T options, string label)
            where T : RevRnnTrainerOptions
        {
            options.LabelColumnName = label;
            options.Training = options.Training with { MaximumEpochs = 40, Patience = 100 };
            change(options);
            return options;
        }
    }
}
