using Microsoft.ML;
using Microsoft.ML.RevRnn;
using Samples;
using SequenceClassification;

namespace Serving;

/// <summary>Where the models come from.</summary>
internal static class ModelSource
{
    /// <summary>Rows of one namespace stand together.</summary>
    private const int ShortStep = 100;

    /// <summary>Models of files; of those that are not given, ones of the SDK's documentation.</summary>
    /// <param name="classifier">A saved classifier; null to train one.</param>
    /// <param name="languageModel">A saved language model; null to train one.</param>
    /// <param name="isShort">Trains on few rows.</param>
    /// <exception cref="InvalidOperationException">A file holds another model.</exception>
    public static ServedModels LoadOrTrain(FileInfo? classifier, FileInfo? languageModel, bool isShort)
    {
        var ml = new MLContext(seed: 1);
        var rows = new Lazy<IDataView>(() => ml.Data.LoadFromEnumerable(DocumentationCorpus.Read(12).Where((_, i) => !isShort || i % ShortStep == 0)));
        return new ServedModels(
            classifier == null ? TrainClassifier(ml, rows.Value, isShort) : Load<RevRnnClassificationTransformer>(ml, classifier),
            languageModel == null ? TrainLanguageModel(ml, rows.Value, isShort) : Load<RevLanguageModelTransformer>(ml, languageModel));
    }

    private static TModel Load<TModel>(MLContext ml, FileInfo file)
        where TModel : class, ITransformer
    {
        var loaded = ml.Model.LoadChecked(file.FullName, out _);
        // A saved pipeline has the model among its parts.
        return (loaded as IEnumerable<ITransformer> ?? [loaded]).OfType<TModel>().LastOrDefault()
            ?? throw new InvalidOperationException($"'{file.FullName}' has no {typeof(TModel).Name}.");
    }

    private static RevRnnClassificationTransformer TrainClassifier(MLContext ml, IDataView rows, bool isShort)
    {
        using var progress = new ConsoleProgress();
        var options = new RevRnnClassificationOptions { Progress = progress };
        if (isShort)
            options.Training = options.Training with { MaximumEpochs = 1 };
        return ml.Transforms.Conversion.MapValueToKey(nameof(LabelledText.Label)).Append(ml.MulticlassClassification.Trainers.RevLstm(options)).Fit(rows).LastTransformer;
    }

    private static RevLanguageModelTransformer TrainLanguageModel(MLContext ml, IDataView rows, bool isShort)
    {
        using var progress = new ConsoleProgress();
        return ml.Transforms.Text.RevLanguageModel(new RevLanguageModelOptions
        {
            Vocabulary = new() { Kind = TokenKind.Characters },
            Network = new() { EmbeddingSize = 64, HiddenSize = isShort ? 64 : 256 },
            Training = new() { MaximumEpochs = isShort ? 1 : 1000, MaximumMinutes = isShort ? null : 2, LearningRate = 4e-3f },
            Progress = progress,
        }).Fit(rows);
    }
}
