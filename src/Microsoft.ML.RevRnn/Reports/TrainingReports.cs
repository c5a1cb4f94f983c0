using Microsoft.ML.Data;
using Microsoft.ML.RevRnn;
using Microsoft.ML.RevRnn.Evaluation;
using Microsoft.ML.RevRnn.Reports;

namespace Microsoft.ML;

/// <summary>Writes what training did, and how its model does on test data, as a page that any browser shows: one file, which loads nothing from anywhere.</summary>
public static class TrainingReports
{
    private const int BinCount = 15;

    /// <summary>Writes a report as a page: curves of loss, accuracy, learning rate and gradient norm with the kept epoch marked, and the memory of activations.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>model.Report?.SaveHtml("report.html");</code></example>
    public static void SaveHtml(this TrainingReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReportPage.Save(path, ReportPage.Create(report, network: null));
    }

    /// <summary>Writes the report of a model as a page, with an estimate of what activations would have taken by each strategy.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <exception cref="InvalidOperationException">The model has no report.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>model.SaveReport("report.html");</code></example>
    public static void SaveReport(this RevRnnTransformer model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        var report = model.Report ?? throw new InvalidOperationException(
            "The model has no training report: it was not trained itself, is of an epoch within a training, or was saved by version 0.1, which kept none.");
        ReportPage.Save(path, ReportPage.Create(report, model.Network, model is RevLanguageModelTransformer or RevRnnFeaturesTransformer or RevTranslationTransformer));
    }

    /// <summary>
    /// Writes the report of a classifier as a page, and how it does on test data: precision, recall and F1 of each class, confusion matrix and calibration. A model
    /// without a report has these alone.
    /// </summary>
    /// <param name="model">The classifier.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <param name="test">Data that the classifier was not trained on.</param>
    /// <param name="labelColumnName">Its column of the class: Key&lt;UInt32&gt;. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">A column of the data is missing or of a wrong type.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>classifier.SaveReport("report.html", test);</code></example>
    public static void SaveReport(this RevRnnClassificationTransformer model, string path, IDataView test, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        var scored = model.Transform(test);
        var metrics = ScoredClasses.Find(model.Context, scored.Schema, labelColumnName, model.ScoreColumnName, model.PredictedLabelColumnName)
            .Evaluate(scored, BinCount);
        Save(path, model, html => TestSection.OfClasses(html, metrics));
    }

    /// <summary>
    /// Writes the report of a binary classifier as a page, and how it does on test data: precision, recall, F1 and confusions at its threshold, ROC curve and the area under
    /// it, precision by recall and its average, calibration. A model without a report has these alone.
    /// </summary>
    /// <param name="model">The classifier.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <param name="test">Data that the classifier was not trained on.</param>
    /// <param name="labelColumnName">Its column of what is true: Boolean. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">A column of the data is missing or of a wrong type.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>binaryClassifier.SaveReport("report.html", test);</code></example>
    public static void SaveReport(this RevRnnBinaryClassificationTransformer model, string path, IDataView test, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        var scored = model.Transform(test);
        var (metrics, ranks) = ScoredFlags.Find(model.Context, scored.Schema, labelColumnName, model.ProbabilityColumnName, model.PredictedLabelColumnName)
            .Evaluate(scored, BinCount);
        Save(path, model, html => TestSection.OfFlags(html, metrics, ranks));
    }

    /// <summary>
    /// Writes the report of a multi-label classifier as a page, and how it does on test data: precision, recall and F1 of each label, subset accuracy and Hamming loss. A
    /// model without a report has these alone.
    /// </summary>
    /// <param name="model">The classifier.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <param name="test">Data that the classifier was not trained on.</param>
    /// <param name="labelColumnName">Its column of what holds: a vector of Boolean or of Key&lt;UInt32&gt;. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">A column of the data is missing or of a wrong type.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>multiLabelClassifier.SaveReport("report.html", test);</code></example>
    public static void SaveReport(this RevRnnMultiLabelTransformer model, string path, IDataView test, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        var scored = model.Transform(test);
        var metrics = ScoredSets.Find(model.Context, scored.Schema, labelColumnName, model.PredictedLabelColumnName).Evaluate(scored);
        Save(path, model, html => TestSection.OfSets(html, metrics));
    }

    /// <summary>
    /// Writes the report of a tagger as a page, and how it does on test data: precision, recall and F1 of each class of tokens, accuracy by token and by row, confusions and
    /// calibration. A model without a report has these alone.
    /// </summary>
    /// <param name="model">The tagger.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <param name="test">Data that the tagger was not trained on.</param>
    /// <param name="labelColumnName">Its column of the classes, one a token: a vector of Key&lt;UInt32&gt;. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">A column of the data is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">A row has another number of labels than of tokens.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>tagger.SaveReport("report.html", test);</code></example>
    public static void SaveReport(this RevRnnTaggingTransformer model, string path, IDataView test, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        var scored = model.Transform(test);
        var metrics = ScoredTags.Find(model.Context, scored.Schema, labelColumnName, model.ScoreColumnName, model.PredictedLabelColumnName)
            .Evaluate(scored, BinCount);
        Save(path, model, html => TestSection.OfTags(html, metrics));
    }

    /// <summary>
    /// Writes the report of a translation model as a page, and how it does on test data: BLEU, exact matches, perplexity and token accuracy, and the alignments of the first
    /// rows. A model without a report has these alone.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <param name="test">Data that the model was not trained on, with its source and target columns.</param>
    /// <param name="alignmentCount">How many rows' alignments are drawn, if both sides are text. Default 12.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column of the data is missing or of a wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>translator.SaveReport("report.html", test);</code></example>
    public static void SaveReport(this RevTranslationTransformer model, string path, IDataView test, int alignmentCount = 12)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentOutOfRangeException.ThrowIfNegative(alignmentCount);
        var metrics = model.Evaluate(test);
        var translations = model.IsOfText ? test.GetColumn<string>(model.SourceColumnName).Take(alignmentCount).Select(model.BestOf).ToArray() : [];
        ReportPage.Save(path, ReportPage.Create(model.Report, model.Network, hasPerplexity: true, html =>
        {
            TestSection.OfTranslations(html, metrics);
            if (translations.Length > 0)
                AlignmentSection.Write(html, translations);
        }));
    }

    /// <summary>Translates texts, and draws as a page which piece of each source each piece of its translation was read from.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file, which is replaced as a whole or not at all.</param>
    /// <param name="sources">The texts.</param>
    /// <exception cref="InvalidOperationException">A side of the model is key vectors.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <example><code>translator.SaveAlignments("alignments.html", ["March 5th, 2019"]);</code></example>
    public static void SaveAlignments(this RevTranslationTransformer model, string path, IEnumerable<string> sources)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sources);
        var html = ReportPage.Begin("Alignments");
        AlignmentSection.Write(html, sources.Select(model.BestOf), hasHeadline: false);
        ReportPage.Save(path, ReportPage.End(html));
    }

    private static void Save(string path, RevRnnTransformer model, Action<Html> writeTest)
        => ReportPage.Save(path, ReportPage.Create(model.Report, model.Network, writeTest: writeTest));
}
