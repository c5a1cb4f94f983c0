using Microsoft.ML.RevRnn.Features;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn models that learned from labels have in common: they add a score and a predicted label.</summary>
public abstract class RevRnnPredictionTransformer : RevRnnTransformer
{
    private protected RevRnnPredictionTransformer(IHost host, PredictionColumns columns, Tokenization tokenization, TrainingReport? report)
        : base(host, columns.Input, tokenization, report)
    {
        Columns = columns;
    }

    /// <summary>The columns of numbers that are read, in this order; empty for none.</summary>
    public IReadOnlyList<string> FeatureColumnNames => [.. Columns.Input.Features.Select(feature => feature.Name)];

    /// <summary>The column that is added with what the model thinks of each label that is possible.</summary>
    public string ScoreColumnName => Columns.Score;

    /// <summary>The column that is added with the label that it decides for.</summary>
    public string PredictedLabelColumnName => Columns.PredictedLabel;

    /// <summary>The labels that it knows.</summary>
    internal abstract KnownLabels Labels { get; }

    /// <summary>The n-grams that a linear part of the model reads, see <see cref="RevRnnTrainerOptions.NGrams"/>; null for none.</summary>
    public virtual NGramOptions? NGrams => null;

    private protected PredictionColumns Columns { get; }

    /// <summary>The model for those who test it.</summary>
    /// <exception cref="NotSupportedException">It does not decide on one outcome for a text.</exception>
    internal virtual TestedNetwork CreateTested() => throw new NotSupportedException(
        $"A {GetType().Name} decides on each token by itself. Coverage and robustness are those of models that decide on a text: of one class, of true or false, or of several labels.");

    private protected sealed override NGramOptions? ReadNGrams => NGrams;

    private protected sealed override IReadOnlyList<string>? OutcomeNames => Labels.Count > 0 ? Labels.Names : null;

    /// <summary>The options of a trainer that only makes this smaller.</summary>
    /// <param name="training">How what is left is trained further; null for the defaults, with the columns that this reads.</param>
    /// <param name="shrink">Which neurons are kept; null for the defaults.</param>
    private protected TOptions OptionsToShrink<TOptions>(TOptions? training, ShrinkOptions? shrink)
        where TOptions : RevRnnTrainerOptions, new()
    {
        var options = (TOptions?)training?.Copy()
            ?? new TOptions { TextColumnNames = [.. InputColumnNames], FeatureColumnNames = FeatureColumnNames is [] ? null : [.. FeatureColumnNames] };
        (options.NeuronSelection, options.OnlyShrinks) = (shrink ?? new ShrinkOptions(), true);
        return options;
    }

    /// <summary>A transformer of what the scores are made of.</summary>
    private protected RevRnnFeaturesTransformer Features(string outputColumnName, SequenceEncoder encoder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        return new(Host, new FeaturesColumns(outputColumnName, ReadColumns.Of(Columns.Input.Sequence)), Tokenization, encoder, report: null);
    }

    /// <summary>The columns of a transformer of contributions.</summary>
    private protected ContributionsColumns Contributions(string contributionsColumnName, string tokensColumnName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(contributionsColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(tokensColumnName);
        if (contributionsColumnName == tokensColumnName)
            throw new ArgumentException($"Both columns are to have the name '{tokensColumnName}'.", nameof(tokensColumnName));
        return new(contributionsColumnName, tokensColumnName, Columns.Input);
    }

    /// <summary>Explains the score of a text.</summary>
    private protected TextExplanation Explain(TextExplainer explainer, IReadOnlyList<string> texts, string? label, float[]? features)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var text in texts)
            ArgumentNullException.ThrowIfNull(text, nameof(texts));
        if (texts.Count != InputColumnNames.Count)
        {
            throw new ArgumentException(
                $"The model reads {InputColumnNames.Count} columns ({string.Join(", ", InputColumnNames)}), and {texts.Count} texts are given.", nameof(texts));
        }
        var tokenizer = Tokenization.Tokenizer ?? throw Host.Process(new InvalidOperationException(
            $"The model is of the keys in column '{InputColumnName}', so it has tokens and no text; a {nameof(ClassExplainer)} explains tokens."));
        return explainer.Explain(tokenizer, texts, label, features, NGrams);
    }

    /// <summary>Writes the names of the columns that are read, and those of score and predicted label column.</summary>
    private protected sealed override void SaveColumns(BinaryWriter writer) => Columns.Save(writer);
}
