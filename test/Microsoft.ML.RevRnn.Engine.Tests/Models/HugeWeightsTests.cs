using System.Buffers.Binary;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A model file may hold weights that are finite and so large that there is no finite result: that is an error, not a result.</summary>
[TestClass]
internal sealed class HugeWeightsTests
{
    private const int HeaderBytes = 4 + 5 + 5 * 4 + 2;
    private const int Vocabulary = 7;
    private const int Outcomes = 3;

    private static readonly TrainingOptions _training = new() { Seed = 1 };

    private static readonly int[][] _sequences = Sequences.Random(8, 5, 9, Vocabulary);

    private static readonly int[] _text = [1, 2, 3, 4, 5, 6, 1, 2, 3];

    /// <summary>Of each kind of model what it is trained on, and all its results for a text.</summary>
    private static readonly Dictionary<string, (Func<NetworkOptions, byte[]> Train, Func<BinaryReader, IEnumerable<double>> Results)> _kinds = new()
    {
        ["classes"] = (
            network => Models.Bytes(SequenceClassifier.Train(
                _sequences, Sequences.Labels(8), Outcomes, Vocabulary, network, _training, cancellationToken: new(true)).Model.Save),
            reader => Floats(Outcomes, SequenceClassifier.Load(reader).Predict)),
        ["labels"] = (
            network => Models.Bytes(MultiLabelClassifier.Train(
                _sequences, Array.ConvertAll(Sequences.Labels(8), label => (int[])[label]), Outcomes, Vocabulary, network, _training, cancellationToken: new(true)).Model.Save),
            reader =>
            {
                var model = MultiLabelClassifier.Load(reader);
                return Floats(Outcomes, model.Score).Concat(Floats(Outcomes, model.Predict));
            }
        ),
        ["tags"] = (
            network => Models.Bytes(SequenceTagger.Train(
                _sequences, Array.ConvertAll(_sequences, sequence => Sequences.Labels(sequence.Length)), Outcomes, Vocabulary, network, _training,
                cancellationToken: new(true)).Model.Save),
            reader => Floats(_text.Length * Outcomes, SequenceTagger.Load(reader).Predict)),
        ["features"] = (
            network => Models.Bytes(SequenceEncoder.Train(_sequences, Vocabulary, network, _training, cancellationToken: new(true)).Model.Save),
            reader =>
            {
                var model = SequenceEncoder.Load(reader);
                return Floats(model.FeatureCount, model.Encode);
            }
        ),
        ["score"] = (Language, reader => [LanguageModel.Load(reader).Score(_text).LogLikelihood]),
        ["session"] = (Language, reader =>
        {
            var session = LanguageModel.Load(reader).CreateSession();
            foreach (var token in _text)
                session.Read(token);
            return [session.LogLikelihood];
        }
        ),
        ["next"] = (Language, reader => LanguageModel.Load(reader).CreateSession().LogProbabilities.ToArray().Select(value => Math.Exp(value))),
        ["generated"] = (Language, reader => LanguageModel.Load(reader).CreateSession().Generate(new GenerationOptions { MaximumTokens = 5 }).Select(token => (double)token)),
    };

    private delegate void PredictFunction(ReadOnlySpan<int> tokens, Span<float> values);

    public static IEnumerable<object[]> Kinds => _kinds.Keys.SelectMany(kind => Enum.GetValues<CellKind>().Select(cell => (object[])[kind, cell]));

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void ResultsAreFiniteOrAnErrorSaysWhyNot(string kind, CellKind cell)
    {
        var (train, results) = _kinds[kind];
        foreach (var pooling in kind == "classes" ? Enum.GetValues<PoolingKind>() : [PoolingKind.MeanMax])
        {
            var content = train(new NetworkOptions { Cell = cell, EmbeddingSize = 4, HiddenSize = 6, LayerCount = 2, Pooling = pooling });
            var refused = 0;
            foreach (var magnitude in (float[])[1e10f, 1e20f, 3e38f])
            {
                for (var seed = 0; seed < 16; seed++)
                {
                    var random = new Random(seed);
                    // All weights, or those at the end alone, which are the head's.
                    var first = seed % 2 == 0 ? HeaderBytes : content.Length - 4 * 8;
                    var forged = (byte[])content.Clone();
                    for (var i = content.Length - 4; i >= first; i -= 4)
                        BinaryPrimitives.WriteSingleLittleEndian(forged.AsSpan(i), random.Next(2) == 0 ? magnitude : -magnitude);
                    using var reader = new BinaryReader(new MemoryStream(forged));
                    try
                    {
                        Assert.IsTrue(results(reader).All(double.IsFinite), $"{magnitude}, {seed}");
                    }
                    catch (InvalidOperationException failure) when (failure is not ReversalException)
                    {
                        StringAssert.Contains(failure.Message, "not a finite number");
                        StringAssert.Contains(failure.Message, "another copy");
                        refused++;
                        // Nothing bounds the outputs of a unitary cell.
                        Assert.IsTrue(magnitude > 1e15f || cell == CellKind.Unitary, $"{magnitude}, {seed}");
                    }
                }
            }
            // Bounded gates and states mostly keep features finite whatever the weights are.
            Assert.IsTrue(refused > 0 || kind == "features", $"{pooling}");
        }
    }

    private static byte[] Language(NetworkOptions network) => Models.Bytes(LanguageModel.Train(
        _sequences, Vocabulary, network, new LanguageModelOptions(), _training, cancellationToken: new CancellationToken(true)).Model.Save);

    private static IEnumerable<double> Floats(int length, PredictFunction predict)
    {
        var values = new float[length];
        predict(_text, values);
        return values.Select(value => (double)value);
    }
}
