using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Testing;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Tests trained classifiers: how much of what their states can do texts cover, and whether a class stays where a text is changed a little (testRNN, Huang et al. 2019).</summary>
public static class RevRnnTesting
{
    /// <summary>How much of what a classifier's states can do data cover: boundary, step-wise and temporal coverage, and those of units.</summary>
    /// <param name="model">A classifier of classes, of true and false, or of several labels.</param>
    /// <param name="data">What it is tested with; labels are not read.</param>
    /// <param name="reference">What it is known to do well on, such as its training data, whose states' range the others are compared with; null for the data themselves. Default null.</param>
    /// <param name="options">What is looked at; null for a window that the texts fill, <see cref="CoverageOptions.ForLengths"/>. Default null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a wrong type, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    /// <exception cref="NotSupportedException">The model decides on each token.</exception>
    /// <example>
    /// <code>
    /// var coverage = RevRnnTesting.Coverage(classifier, test, reference: training);
    /// Console.WriteLine($"{coverage.Figures.Temporal:P1} of the courses that states can take");
    /// coverage.SaveHtml("coverage.html");
    /// </code>
    /// </example>
    public static CoverageReport Coverage(this RevRnnPredictionTransformer model, IDataView data, IDataView? reference = null, CoverageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        reference ??= data;
        var tested = model.CreateTested();
        options ??= CoverageOptions.ForLengths(Read(model, reference, input => input.Tokens().Length));
        var tracer = tested.CreateTracer(options);
        StateTrace Trace(RowInput input) => tracer.Trace(input.Tokens(), input.Features(), input.NGrams());
        var meter = new CoverageMeter(CoverageProfile.Of(Read(model, reference, Trace), options));
        foreach (var trace in Read(model, data, Trace))
            meter.Add(trace);
        return new CoverageReport(NameOf(model), options, meter.Figures, meter.BoundaryPeaks, meter.StepPeaks, meter.Words);
    }

    /// <summary>
    /// Changes texts a little, again and again, and tells where a classifier changes its mind: how often with each kind of change, by which words, with examples; and how much of
    /// what its states can do is covered meanwhile.
    /// </summary>
    /// <param name="mlContext">Gives the seed where the options do not.</param>
    /// <param name="model">A classifier of one column of text.</param>
    /// <param name="data">Texts as the classifier reads them, such as its training data: the range of states is that of all of them, and <see cref="MutationOptions.SeedTexts"/> of them are changed.</param>
    /// <param name="options">What is done to texts, and how often; null for the defaults. Default null.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model reads something else than one column of text, there are no texts, or none can be changed.</exception>
    /// <exception cref="NotSupportedException">The model decides on each token.</exception>
    /// <example>
    /// <code>
    /// var report = mlContext.RobustnessReport(classifier, training, new MutationOptions { ModelCalls = 20_000 });
    /// Console.WriteLine($"{report.FlipRate:P1} of the changed texts are taken for another class, most surely by '{report.Words[0].Word}'");
    /// report.SaveHtml("robustness.html");
    /// </code>
    /// </example>
    public static RobustnessReport RobustnessReport(this MLContext mlContext, RevRnnPredictionTransformer model, IDataView data, MutationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        var column = InputSchema.Find(model.Context, data.Schema, model.Input, model.Tokenization).Sequence[0];
        return RobustnessReport(mlContext, model, column.Type is TextDataViewType ? data.GetColumn<string>(column) : [], options);
    }

    /// <inheritdoc cref="RobustnessReport(MLContext, RevRnnPredictionTransformer, IDataView, MutationOptions?)"/>
    /// <param name="mlContext">Gives the seed where the options do not.</param>
    /// <param name="model">A classifier of one column of text.</param>
    /// <param name="texts">Texts as the classifier reads them.</param>
    /// <param name="options">What is done to texts, and how often; null for the defaults. Default null.</param>
    /// <example><code>var report = mlContext.RobustnessReport(classifier, reviews.Select(review => review.Text));</code></example>
    public static RobustnessReport RobustnessReport(this MLContext mlContext, RevRnnPredictionTransformer model, IEnumerable<string> texts, MutationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new MutationOptions();
        options.Validate();
        var probed = new ProbedModel(model);
        string[] all = [.. texts.Select(text => text ?? "")];
        string[] seeds = [.. all.Distinct(StringComparer.Ordinal).Where(text => new WordedText(text).Count > 0)];
        if (seeds.Length == 0)
            throw new InvalidOperationException($"There are {all.Length} texts, and none has a word, so there is nothing to change.");
        var seed = options.Seed ?? ((IHostEnvironment)mlContext as IHostEnvironmentInternal)?.Seed ?? Random.Shared.Next();
        var random = new Random(seed);
        random.Shuffle(seeds);
        var coverage = options.Coverage ?? probed.WindowOf(all);
        probed.Begin(coverage);
        var profile = CoverageProfile.Of(probed.Traces(all), coverage);
        return new MutationRun(probed, options, seeds[..Math.Min(seeds.Length, options.SeedTexts)], profile, random).Run(NameOf(model), seed, coverage);
    }

    private static string NameOf(RevRnnPredictionTransformer model) => $"{model.Network.Cell}, {model.Network.LayerCount} × {model.Network.HiddenSize} units";

    /// <summary>Something of each row.</summary>
    private static IEnumerable<T> Read<T>(RevRnnPredictionTransformer model, IDataView data, Func<RowInput, T> read)
    {
        var sources = InputSchema.Find(model.Context, data.Schema, model.Input, model.Tokenization);
        var any = false;
        using var cursor = data.GetRowCursor(sources.All);
        var input = RowInput.Of(cursor, sources, model.Tokenization, model.NGrams, model.Context);
        while (cursor.MoveNext())
        {
            any = true;
            yield return read(input);
        }
        if (!any)
            throw new InvalidOperationException($"The data has no rows, so there is nothing in {InputSchema.Describe(sources.Sequence)} to test with.");
    }
}
