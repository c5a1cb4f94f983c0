namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Models that several tests look at, trained once.</summary>
internal static class Trained
{
    public static MLContext Context { get; } = new(seed: 7);

    private static readonly Lazy<RevRnnClassificationTransformer> _classifier = new(() =>
        Context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(Keyed()));

    private static readonly Lazy<RevRnnFeaturesTransformer> _features = new(() => Context.Transforms.RevGru(Small.Features()).Fit(Data()));

    /// <summary>A RevLSTM classifier of <see cref="Keyed"/>.</summary>
    public static RevRnnClassificationTransformer Classifier => _classifier.Value;

    /// <summary>RevGRU features of <see cref="Data"/>.</summary>
    public static RevRnnFeaturesTransformer Features => _features.Value;

    public static IDataView Data(int count = 60, int seed = 1) => Context.Data.LoadFromEnumerable(TestData.Rows(count, seed));

    public static IDataView Probes() => Context.Data.LoadFromEnumerable(TestData.Probes);

    /// <summary>Data whose label is a key.</summary>
    public static IDataView Keyed(int count = 60, int seed = 1)
    {
        var data = Data(count, seed);
        return Context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    public static string[] ScoreBits(ITransformer model, IDataView? data = null) => Bits.Lines(model.Transform(data ?? Probes()), "Score");
}
