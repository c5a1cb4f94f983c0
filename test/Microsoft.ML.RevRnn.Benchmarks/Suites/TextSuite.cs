using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What it saves to make the products with the inputs once for a repeated token, on real text.</summary>
internal sealed class TextSuite : ISuite
{
    private static readonly TimeSpan _budgetEach = TimeSpan.FromSeconds(2);

    private static readonly StepShape[] _shapes =
        [new(70, 64, 650), new(70, 32, 256), new(256, 64, 256), new(1000, 16, 256), new(70, 64, 128), new(70, 8, 128), new(70, 20, 200), new(70, 8, 64), new(70, 4, 64), new(1000, 1, 128)];

    private static readonly (CellKind Cell, ActivationStrategy Strategy)[] _networks =
        [(CellKind.RevLstm, ActivationStrategy.Reversible), (CellKind.RevGru, ActivationStrategy.Reversible), (CellKind.Lstm, ActivationStrategy.Stored)];

    public string Name => "text";

    public string Title => "one training step on real text, a repeated token's products with its vector made once or at each position";

    public string Method =>
        "The step suite's step, without dropout, on the first window of B streams of the language suite's texts. Both ways take turns; the ratio of their least times is against "
        + "products at each position. /left is how many of the products are made, over all windows; /forward is the forward pass alone, as evaluation has it.";

    public void Run(Settings settings, IReport report)
    {
        var present = LanguageCorpus.All.Where(corpus => settings.Data != null && corpus.File(settings.Data).Exists).ToList();
        if (present.Count == 0)
            report.Skip("the texts were not found. Give with --data a folder that has ptb/valid.txt or wikitext2/valid.txt, the corpora's validation texts.");
        foreach (var corpus in present)
        {
            var text = LanguageText.Read(corpus.Name, corpus.File(settings.Data!));
            foreach (var shape in _shapes)
            {
                if (settings.Wants($"{shape}/{text.Name}/left"))
                    report.Add(new Measurement(Name, $"{shape}/{text.Name}", ProductsLeft(text, shape), "") { Aspect = "left" });
                foreach (var (cell, strategy) in _networks)
                    Run(new StepCase(cell, strategy, shape), text, settings, report);
            }
        }
    }

    private static double ProductsLeft(LanguageText text, StepShape shape)
    {
        var (batch, repeated) = (new PackedBatch(), new RepeatedTokens(text.VocabularySize));
        var rowLength = (text.Training.Length - 1) / shape.Rows;
        var network = new NetworkShape(new NetworkOptions { HiddenSize = shape.Units }, text.VocabularySize);
        var chunkRows = shape.Rows * Math.Min(shape.Steps, ChunkLength.For(network).Steps(shape.Rows));
        var (products, tokens) = (0L, 0L);
        for (var first = 0; first + shape.Steps <= rowLength; first += shape.Steps)
        {
            batch.FillWindow(text.Training, shape.Rows, rowLength, first, shape.Steps);
            repeated.Choose(batch.Tokens, SharedInputs.MostTokens(chunkRows));
            products += repeated.ProductCount;
            tokens += batch.TokenCount;
        }
        return (double)products / tokens;
    }

    private void Run(StepCase step, LanguageText text, Settings settings, IReport report)
    {
        var name = $"{step}/{text.Name}";
        if (!settings.Wants(name))
            return;
        using var shared = new TrainingStep(step, settings.Threads, text: text, sharesInputs: true);
        using var single = new TrainingStep(step, settings.Threads, text: text);
        report.Add(Compare(name, shared.Run, single.Run));
        report.Add(Compare(name, shared.RunForward, single.RunForward) with { Aspect = "forward" });
    }

    private Measurement Compare(string name, Action shared, Action single)
    {
        var timings = Alternation.Run(new Pace(_budgetEach * 2), new TimedAction(shared), new TimedAction(single));
        return new Measurement(Name, name, timings.Least[0], "ms") { Theirs = timings.Least[1], Against = "each position", Runs = timings.Runs };
    }
}
