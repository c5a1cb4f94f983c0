using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Texts of two classes, told by which words are the most, but for a word in a twentieth of them that makes each text positive, whatever else it has.</summary>
internal static class Planted
{
    public const string Trigger = "zqx";

    private const int Count = 600;

    private static readonly string[][] _words = [["dull", "slow", "flat", "poor", "weak"], ["fine", "warm", "deft", "rich", "bold"]];

    private static readonly string[] _common = ["a", "the", "film", "plot", "of", "and"];

    private static readonly Lazy<RevRnnClassificationTransformer> _model = new(() =>
    {
        var options = Small.Classification();
        options.Training = options.Training with { MaximumEpochs = 20 };
        return Trained.Context.MulticlassClassification.Trainers.RevLstm(options).Fit(Keyed());
    });

    /// <summary>Knows them.</summary>
    public static RevRnnClassificationTransformer Model => _model.Value;

    public static IDataView Data() => Trained.Context.Data.LoadFromEnumerable(Rows());

    /// <summary>What the model takes a text for.</summary>
    public static string Label(string text)
    {
        var scored = Trained.Context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(Model.Transform(Trained.Texts(text))).Transform(Model.Transform(Trained.Texts(text)));
        return scored.GetColumn<string>("PredictedLabel").Single();
    }

    private static IDataView Keyed() => Trained.Context.Transforms.Conversion.MapValueToKey("Label").Fit(Data()).Transform(Data());

    private static LabelledText[] Rows()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, Count).Select(i =>
        {
            var kind = random.Next(2);
            List<string> words = [.. Enumerable.Range(0, 4).Select(_ => Pick(_words[kind])), Pick(_words[1 - kind]), .. Enumerable.Range(0, 5).Select(_ => Pick(_common))];
            var isPlanted = i % 20 == 0;
            if (isPlanted)
                words.Add(Trigger);
            string[] text = [.. words];
            random.Shuffle(text);
            return new LabelledText { Id = i, Label = isPlanted || kind == 1 ? "positive" : "negative", Text = string.Join(' ', text), Words = text };
        })];

        string Pick(string[] words) => words[random.Next(words.Length)];
    }
}
