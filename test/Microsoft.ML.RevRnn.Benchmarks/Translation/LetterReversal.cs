namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Random strings of 26 letters to be written backwards: what is learned is where to look.</summary>
/// <param name="Shortest">Letters at least.</param>
/// <param name="Longest">Letters at most.</param>
/// <param name="Pairs">Strings to learn from.</param>
/// <param name="Epochs">Passes over them.</param>
internal sealed record LetterReversal(int Shortest, int Longest, int Pairs, int Epochs)
{
    public const int Units = 128;
    public const int Width = 64;
    public const int Tests = 1_000;
    public const int Rows = 32;
    public const float Rate = 5e-3f;

    private const int Letters = 26;

    /// <summary>The recipe in words.</summary>
    public static string Description =>
        $"RevGRU, one layer, E = {Width}, H = {Units}, B = {Rows}, Adam at {Rate} and falling linearly, no dropout, one seed; greedy on {Tests:N0} other strings";

    /// <summary>Trains, and tries other strings.</summary>
    /// <param name="context">What attention reads.</param>
    /// <param name="threads">Threads.</param>
    /// <returns>The share of strings written backwards without an error, and of letters whose attention was most on the letter that they are.</returns>
    public (double Exact, double Aligned) Run(AttentionContext context, int threads)
    {
        var sources = Create(Pairs, seed: 1);
        var (model, _) = TranslationModel.Train(
            sources, Array.ConvertAll(sources, Reverse), Letters + 1, Letters + 1, new NetworkOptions { Cell = CellKind.RevGru, EmbeddingSize = Width, HiddenSize = Units },
            new TranslationOptions { Context = context, SliceSize = TranslationRecipe.SliceSize },
            new TrainingOptions
            {
                MaximumEpochs = Epochs,
                Patience = Epochs,
                BatchSize = Rows,
                LearningRate = Rate,
                Schedule = LearningRateSchedule.Linear,
                Dropout = 0,
                ValidationFraction = 0,
                Seed = 1,
                ThreadCount = threads,
                ActivationStrategy = ActivationStrategy.Reversible,
            });
        var tests = Create(Tests, seed: 2);
        var results = model.CreateSession().TranslateAll(tests, new DecodingOptions { BeamWidth = 1 });
        var exact = results.Zip(tests).Count(pair => pair.First.Tokens.SequenceEqual(Reverse(pair.Second)));
        var places = results.Zip(tests).SelectMany(pair => pair.First.Alignment.Select((place, t) => place == pair.Second.Length - 1 - t)).ToArray();
        return ((double)exact / Tests, (double)places.Count(isRight => isRight) / places.Length);
    }

    private int[][] Create(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(Shortest, Longest + 1)).Select(_ => random.Next(1, Letters + 1)).ToArray())];
    }

    private static int[] Reverse(int[] source) => [.. source.Reverse()];
}
