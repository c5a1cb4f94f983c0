using Microsoft.ML.Data;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>A row of <see cref="MixedText"/> with a weight and an author.</summary>
internal sealed class WeighedText
{
    public string? Text { get; set; }

    public bool HasMetal { get; set; }

    [VectorType(3)]
    public bool[] Flags { get; set; } = new bool[3];

    public string[] Tags { get; set; } = [];

    /// <summary>The first kind among the words, or "none".</summary>
    public string Label { get; set; } = "";

    public float Weight { get; set; } = 1;

    public string Author { get; set; } = "";

    public static WeighedText[] Rows(int count, Func<int, float>? weight = null, int seed = 1) => [.. TestData.MixedRows(count, seed).Select((row, i) => new WeighedText
    {
        Text = row.Text,
        HasMetal = row.HasMetal,
        Flags = row.Flags,
        Tags = row.Tags,
        Label = row.Kinds.FirstOrDefault() ?? "none",
        Weight = weight?.Invoke(i) ?? 1,
        Author = $"author {i % 10}",
    })];

    /// <summary>A view of rows, with keys for tags and labels.</summary>
    public static IDataView View(IEnumerable<WeighedText> rows)
    {
        var data = Trained.Context.Data.LoadFromEnumerable(rows);
        return Keys.Transform(data);
    }

    public static ITransformer Keys { get; } = KeysOf(Rows(300));

    /// <summary>Keys in the order in which the values come in the rows.</summary>
    public static ITransformer KeysOf(IEnumerable<WeighedText> rows) => Trained.Context.Transforms.Conversion.MapValueToKey("Tags")
        .Append(Trained.Context.Transforms.Conversion.MapValueToKey("Label"))
        .Fit(Trained.Context.Data.LoadFromEnumerable(rows));
}
