using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Models;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Benchmarks;

/// <summary>Models with fresh weights, by way of the file format: speed does not ask what was learned.</summary>
internal static class Untrained
{
    public static SequenceClassifier Classifier(NetworkShape shape, int classes)
    {
        using var parameters = NetworkParameters.OfSequences(shape, classes);
        return Load(parameters, ModelKind.Classifier, classes, SequenceClassifier.Load);
    }

    public static LanguageModel LanguageModel(NetworkShape shape)
    {
        using var parameters = NetworkParameters.OfNextTokens(shape);
        return Load(parameters, ModelKind.LanguageModel, outcomes: 0, RevRnn.LanguageModel.Load);
    }

    private static TModel Load<TModel>(NetworkParameters parameters, ModelKind kind, int outcomes, Func<BinaryReader, TModel> load)
    {
        parameters.Initialize(1);
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        ModelFile.WriteHeader(writer, new(kind, parameters.Network, outcomes, Features: 0));
        ModelFile.WriteParameters(writer, parameters.All);
        writer.Flush();
        file.Position = 0;
        using var reader = new BinaryReader(file);
        return load(reader);
    }
}
