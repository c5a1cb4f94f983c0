namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>What a language model loses, and what it saves, when the neurons that it needs least are cut.</summary>
internal sealed class ShrinkSuite : ISuite
{
    private static readonly Pace _pace = new(TimeSpan.FromSeconds(1));

    public string Name => "shrink";

    public string Title => "language models with a part of their units: size, time and perplexity against the whole ones";

    public string Method =>
        "LanguageModel.Shrink of models trained here. "
        + string.Join(" ", ShrinkRecipe.All.Select(recipe => $"{recipe.Name}: {recipe.Description}.")) + " "
        + "The first 90 % of a text train, the last 10 % validate. Gates are hard-concrete ones, learned with the weights in the first of the epochs that follow the training; the rival, "
        + "by magnitude, keeps the units of the largest products of norms and has as many epochs to learn further. The case itself is the perplexity of the smaller model against that of the "
        + "whole one; /vs-magnitude against that of the rival. /file is of the learned values in a file, those of tokens' vectors aside, /recurrent how many times fewer weights lead from state to state, "
        + "/time is of scoring a text of 512 tokens at once, /next of predicting each after the one before, as writing does; on one thread, by turns. Of all but /recurrent a ratio below 1 is in favour of the smaller model.";

    public void Run(Settings settings, IReport report)
    {
        foreach (var recipe in ShrinkRecipe.All)
        {
            if (settings.Data == null || !recipe.File(settings.Data).Exists)
            {
                report.Skip($"{recipe.Name}, whose text was not found in the folder of --data.");
                continue;
            }
            foreach (var cell in (CellKind[])[CellKind.RevLstm, CellKind.Lstm, CellKind.RevGru, CellKind.Gru])
            {
                // A case is a whole run, so the filter is of its name alone; with a stroke behind, of one text among several of the same beginning.
                if (settings.Wants($"{cell}/{recipe.Name}/"))
                    Run(recipe, cell, settings, report);
            }
        }
    }

    private void Run(ShrinkRecipe recipe, CellKind cell, Settings settings, IReport report)
    {
        var name = $"{cell}/{recipe.Name}";
        var text = recipe.Read(settings.Data!);
        var (whole, _) = recipe.Train(text, cell, settings.Threads);
        var (model, gates) = recipe.Shrink(whole, text, NeuronSelectionMethod.HardConcrete, settings.Threads);
        var (_, rival) = recipe.Shrink(whole, text, NeuronSelectionMethod.Magnitude, settings.Threads);
        var (before, after) = (gates.Before, gates.After);
        report.Add(new Measurement(Name, name, Math.Exp(gates.LossAfter!.Value), "") { Theirs = Math.Exp(gates.LossBefore!.Value), Against = "the whole model" });
        report.Add(new Measurement(Name, name, Math.Exp(gates.LossAfter.Value), "")
        {
            Aspect = "vs-magnitude",
            Theirs = Math.Exp(rival.LossAfter!.Value),
            Against = "as small by magnitude",
        });
        report.Add(new Measurement(Name, name, sizeof(float) * (double)(after.ParameterCount - after.EmbeddingCount), "bytes")
        {
            Aspect = "file",
            Theirs = sizeof(float) * (double)(before.ParameterCount - before.EmbeddingCount),
            Against = "the whole model",
        });
        report.Add(new Measurement(Name, name, before.RecurrentCount / (double)after.RecurrentCount, "times") { Aspect = "recurrent" });
        int[] read = [.. text.Validation.Take(512)];
        AddTime("time", new TimedAction(() => model.Score(read)), new TimedAction(() => whole.Score(read)));
        AddTime("next", Predicting(model, read), Predicting(whole, read));

        void AddTime(string aspect, ITimed smaller, ITimed larger)
        {
            var timings = Alternation.Run(_pace, smaller, larger);
            report.Add(new Measurement(Name, name, timings.Medians[0] / read.Length * 1e3, "us/token")
            {
                Aspect = aspect,
                Theirs = timings.Medians[1] / read.Length * 1e3,
                Against = "the whole model",
                Runs = timings.Runs,
            });
        }
    }

    /// <summary>Reads token by token, and has the probabilities of all as the next one each time.</summary>
    private static TimedAction Predicting(LanguageModel model, int[] tokens)
    {
        var session = model.CreateSession();
        return new TimedAction(() =>
        {
            session.Restart();
            foreach (var token in tokens)
            {
                session.Read(token);
                _ = session.LogProbabilities;
            }
        });
    }
}
