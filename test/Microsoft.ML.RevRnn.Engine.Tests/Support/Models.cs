namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Trained models as bytes, and their results as arrays.</summary>
internal static class Models
{
    public static byte[] Bytes(SequenceClassifier model) => Bytes(model.Save);

    public static byte[] Bytes(SequenceEncoder model) => Bytes(model.Save);

    public static byte[] Bytes(LanguageModel model) => Bytes(model.Save);

    public static byte[] Bytes(MultiLabelClassifier model) => Bytes(model.Save);

    public static byte[] Bytes(SequenceTagger model) => Bytes(model.Save);

    public static byte[] Bytes(Action<BinaryWriter> save)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        save(writer);
        return stream.ToArray();
    }

    public static SequenceClassifier Classifier(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return SequenceClassifier.Load(reader);
    }

    public static SequenceEncoder Encoder(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return SequenceEncoder.Load(reader);
    }

    public static LanguageModel LanguageModel(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return RevRnn.LanguageModel.Load(reader);
    }

    public static MultiLabelClassifier MultiLabel(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return MultiLabelClassifier.Load(reader);
    }

    public static SequenceTagger Tagger(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        return SequenceTagger.Load(reader);
    }

    public static float[] Predict(this SequenceClassifier model, params int[] tokens)
    {
        var probabilities = new float[model.ClassCount];
        model.Predict(tokens, probabilities);
        return probabilities;
    }

    public static float[] Encode(this SequenceEncoder model, params int[] tokens)
    {
        var features = new float[model.FeatureCount];
        model.Encode(tokens, features);
        return features;
    }

    /// <summary>Part of the texts whose most probable class is the label.</summary>
    public static double Accuracy(this SequenceClassifier model, IReadOnlyList<int[]> sequences, IReadOnlyList<int> labels)
    {
        var correct = 0;
        for (var i = 0; i < sequences.Count; i++)
        {
            var probabilities = model.Predict(sequences[i]);
            correct += Array.IndexOf(probabilities, probabilities.Max()) == labels[i] ? 1 : 0;
        }
        return (double)correct / sequences.Count;
    }
}
