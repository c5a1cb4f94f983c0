namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>A text of the shrink suite, the model that is trained on it, and how that is made smaller.</summary>
/// <param name="Name">What it is called in cases.</param>
/// <param name="Path">The text, in the folder that holds them all.</param>
/// <param name="Network">The network, whatever its cell.</param>
/// <param name="Model">How the text is laid out.</param>
/// <param name="Training">How it is trained, with the epochs of the whole model.</param>
internal sealed record ShrinkRecipe(string Name, string Path, NetworkOptions Network, LanguageModelOptions Model, TrainingOptions Training)
{
    /// <summary>Epochs in which gates are learned, and those in which the smaller model learns further.</summary>
    public required (int Selection, int FineTuning) Epochs { get; init; }

    /// <summary>The part of the units that is kept.</summary>
    public float KeepFraction { get; init; } = 0.5f;

    /// <summary>How many characters of the text are read, from its beginning, each a token; 0 where words are.</summary>
    public int Characters { get; init; }

    public static IReadOnlyList<ShrinkRecipe> All { get; } =
    [
        new("shakespeare", "shakespeare/input.txt",
            new() { EmbeddingSize = 64, HiddenSize = 256 },
            new() { WindowLength = 100, SoftmaxSamples = 0 },
            new() { BatchSize = 32, MaximumEpochs = 5, LearningRate = 4e-3f, Dropout = 0.1f })
        {
            Characters = int.MaxValue,
            Epochs = (2, 12),
        },
        new("shakespeare-200k", "shakespeare/input.txt",
            new() { EmbeddingSize = 64, HiddenSize = 256 },
            new() { WindowLength = 100, SoftmaxSamples = 0 },
            new() { BatchSize = 32, MaximumEpochs = 6, LearningRate = 4e-3f, Dropout = 0.1f })
        {
            Characters = 200_000,
            Epochs = (3, 5),
        },
        new("ptb", "ptb/valid.txt",
            LanguageRecipe.Network(default),
            LanguageRecipe.Model,
            LanguageRecipe.Training(CellKind.Lstm, epochs: 12, seed: 1, threads: 1))
        {
            Epochs = (6, 14),
            // 64 of 200 units, 32 of a half: whole registers.
            KeepFraction = 0.32f,
        },
    ];

    /// <summary>The recipe in words.</summary>
    public string Description =>
        $"{(Characters > 0 ? "characters" : "words as in the language suite")}{(Characters is > 0 and < int.MaxValue ? $", the first {Characters:N0}" : "")}, one layer, E = {Network.EmbeddingSize}, H = {Network.HiddenSize}, B = {Training.BatchSize}, T = {Model.WindowLength}, "
        + $"dropout {Training.Dropout}, AdamW at {Training.LearningRate}, {Training.MaximumEpochs} epochs; KeepFraction {KeepFraction}, {Epochs.Selection} of gates, {Epochs.FineTuning} behind, at half the rate";

    public FileInfo File(DirectoryInfo folder) => new(System.IO.Path.Combine(folder.FullName, Path));

    public LanguageText Read(DirectoryInfo folder) => Characters > 0 ? ReadCharacters(File(folder)) : LanguageText.Read(Name, File(folder));

    public TrainingResult<LanguageModel> Train(LanguageText text, CellKind cell, int threads) => LanguageModel.Train(
        [text.Training], text.VocabularySize, Network with { Cell = cell }, Model, With(threads, Training.MaximumEpochs!.Value), [text.Validation]);

    /// <summary>The units that are kept; by magnitude, where nothing is learned before, all epochs are behind.</summary>
    public ShrinkResult<LanguageModel> Shrink(LanguageModel model, LanguageText text, NeuronSelectionMethod method, int threads)
    {
        var behind = method == NeuronSelectionMethod.Magnitude ? Epochs.Selection + Epochs.FineTuning : Epochs.FineTuning;
        var training = With(threads, behind) with { LearningRate = Training.LearningRate / 2 };
        return model.Shrink([text.Training], Model, training, new ShrinkOptions { Method = method, KeepFraction = KeepFraction, SelectionEpochs = Epochs.Selection }, [text.Validation]);
    }

    private TrainingOptions With(int threads, int epochs) => Training with
    {
        MaximumEpochs = epochs,
        Patience = epochs,
        ThreadCount = threads,
        Seed = 1,
        ActivationStrategy = ActivationStrategy.Stored,
    };

    private LanguageText ReadCharacters(FileInfo file)
    {
        var text = System.IO.File.ReadAllText(file.FullName);
        text = text[..Math.Min(Characters, text.Length)];
        var numbers = text.Distinct().Order().Index().ToDictionary(character => character.Item, character => character.Index + 2);
        int[] tokens = [.. text.Select(character => numbers[character])];
        var known = (int)(0.9 * tokens.Length);
        return new LanguageText(Name, numbers.Count + 2, tokens[..known], tokens[known..]);
    }
}
