using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Pairs that a small network learns in a blink: a few words, and what each of them is in another language, in the same order.</summary>
internal static class PairData
{
    private static readonly (string Source, string Target)[] _words =
    [
        ("apple", "Apfel"), ("pear", "Birne"), ("iron", "Eisen"), ("gold", "Gold"), ("rain", "Regen"), ("snow", "Schnee"), ("wind", "Wind"), ("zinc", "Zink"),
    ];

    /// <summary>Sources that no model was trained on, odd ones too.</summary>
    public static IReadOnlyList<TextPair> Probes { get; } =
    [
        .. Create(12, seed: 99),
        new() { Source = "", Target = "nichts" },
        new() { Source = null, Target = "nichts" },
        new() { Source = " \t\n", Target = "nichts" },
        new() { Source = "unheard-of words, \ud83d\ude00 and \ud83d", Target = "nie gehört" },
        new() { Source = string.Join(' ', Create(12, seed: 98).Select(pair => pair.Source)), Target = "" },
    ];

    public static TextPair[] Create(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var words = random.GetItems(_words, random.Next(1, 5));
            var (source, target) = (words.Select(word => word.Source).ToArray(), words.Select(word => word.Target).ToArray());
            return new TextPair { Source = string.Join(' ', source), Target = string.Join(' ', target), SourceWords = source, TargetWords = target };
        })];
    }

    public static IDataView Data(int count = 300, int seed = 1) => Of(Create(count, seed));

    public static IDataView Of(params TextPair[] pairs) => Trained.Context.Data.LoadFromEnumerable(pairs);

    public static IDataView ProbeData() => Of([.. Probes]);

    /// <summary>The same with keys for words.</summary>
    public static IDataView Keyed(int count = 300, int seed = 1)
    {
        var data = Data(count, seed);
        return Trained.Context.Transforms.Conversion.MapValueToKey("SourceWords").Append(Trained.Context.Transforms.Conversion.MapValueToKey("TargetWords"))
            .Fit(Data()).Transform(data);
    }

    /// <summary>What a model makes of data, one line a row, for comparisons that allow no rounding.</summary>
    public static string[] Lines(ITransformer model, IDataView data)
    {
        var view = model.Transform(data);
        return
        [
            .. view.GetColumn<string>("Translation").Zip(view.GetColumn<float>("TranslationScore"))
                .Select(row => Line(row.First, row.Second)),
        ];
    }

    public static string Line(string translation, float score) => $"'{translation.Replace('\n', '|')}' {Bits.Line([score])}";
}
