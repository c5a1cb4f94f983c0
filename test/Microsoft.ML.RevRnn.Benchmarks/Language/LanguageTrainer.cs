namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Trains the models of one text, each when a case first asks for it.</summary>
internal sealed class LanguageTrainer(LanguageCorpus corpus, LanguageText text, TorchLanguagePeer? peer, int threads)
{
    private readonly Dictionary<CellKind, LanguageRuns> _ours = [];

    public LanguageCorpus Corpus => corpus;

    public LanguageText Text => text;

    public bool HasPeer => peer != null;

    /// <summary>Our models of a cell.</summary>
    public LanguageRuns Ours(CellKind cell)
    {
        if (_ours.TryGetValue(cell, out var runs))
            return runs;
        var reports = Seeds.Select(seed => Train(cell, seed)).ToList();
        runs = new LanguageRuns([.. reports.Select(report => Math.Exp(report.Epochs.Min(epoch => epoch.ValidationLoss!.Value)))]) { Reports = reports };
        _ours.Add(cell, runs);
        return runs;
    }

    /// <summary>PyTorch's models of an ordinary cell; a null peer has none.</summary>
    public LanguageRuns Theirs(CellKind cell) =>
        new([.. Seeds.Select(seed => Math.Exp(peer!.Train(Support.IsLstm(cell), text, corpus.Epochs, seed).Min()))]);

    private IEnumerable<int> Seeds => Enumerable.Range(1, corpus.Seeds);

    private TrainingReport Train(CellKind cell, int seed) => LanguageModel.Train(
        [text.Training], text.VocabularySize, LanguageRecipe.Network(cell), LanguageRecipe.Model,
        LanguageRecipe.Training(cell, corpus.Epochs, seed, threads), [text.Validation]).Report;
}
