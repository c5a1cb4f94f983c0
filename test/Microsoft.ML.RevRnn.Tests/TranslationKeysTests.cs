using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Translations of key vectors, which have tokens and no text.</summary>
[TestClass]
public sealed class TranslationKeysTests
{
    [TestMethod]
    public void KeysAreTranslatedToKeys()
    {
        var data = PairData.Keyed(50, seed: 5);
        var view = Trained.KeyTranslator.Transform(data);

        var words = Trained.Context.Transforms.Conversion.MapKeyToValue("Words", "Translation").Fit(view).Transform(view).GetColumn<string[]>("Words").ToArray();
        var alignments = view.GetColumn<int[]>("Alignment").ToArray();

        var expected = PairData.Create(50, seed: 5);
        var right = words.Zip(expected).Count(row => row.First.SequenceEqual(row.Second.TargetWords));
        // By chance none would be.
        Assert.IsGreaterThan(30, right);
        for (var i = 0; i < words.Length; i++)
        {
            Assert.HasCount(words[i].Length, alignments[i]);
            Assert.IsTrue(alignments[i].All(position => position >= 0 && position < expected[i].SourceWords.Length));
        }
        Assert.AreEqual(right / 50.0, Trained.KeyTranslator.Evaluate(data).ExactMatch);
    }

    [TestMethod]
    public void TheSchemaIsWhatWasPromised()
    {
        var data = PairData.Keyed(40);
        var options = Small.Translation();
        options.TargetColumnName = "TargetWords";
        options.Training = options.Training with { MaximumEpochs = 1 };
        var estimator = Trained.Context.Transforms.Text.RevTranslation(options);

        var promised = estimator.GetOutputSchema(ShapeProbe.Of(data)).Single(column => column.Name == "Translation");
        var kept = ShapeProbe.Of(estimator.Fit(data).Transform(data)).Single(column => column.Name == "Translation");

        Assert.AreEqual((kept.Kind, kept.ItemType, kept.IsKey), (promised.Kind, promised.ItemType, promised.IsKey));
        Assert.AreEqual(SchemaShape.Column.VectorKind.VariableVector, kept.Kind);
        Assert.IsTrue(promised.Annotations.Any(annotation => annotation.Name == "KeyValues") && kept.Annotations.Any(annotation => annotation.Name == "KeyValues"));
    }

    [TestMethod]
    public void BleuIsOverTheKeys()
    {
        var data = PairData.Keyed(50, seed: 5);
        var metrics = Trained.KeyTranslator.Evaluate(data);
        var view = Trained.KeyTranslator.Transform(data);

        string[][] Words(string column) => [.. view.GetColumn<uint[]>(column).Select(keys => keys.Select(key => key.ToString()).ToArray())];
        Assert.AreEqual(TextMetrics.BleuOfTokens(Words("Translation"), Words("TargetWords")).Score, metrics.Bleu.Score);
        StringAssert.Contains(metrics.Bleu.Signature, "tok:none");
        StringAssert.Contains(Trained.KeyTranslator.Evaluate(data, new BleuOptions { Smoothing = BleuSmoothing.None }).Bleu.Signature, "tok:none|smooth:none");
    }

    [TestMethod]
    public void ASavedModelKnowsItsKeys()
    {
        var loaded = (RevTranslationTransformer)ModelFileImage.Load(ModelFileImage.Of(Trained.KeyTranslator).File);
        var data = PairData.Keyed(20, seed: 6);
        Assert.AreEqual(Trained.KeyTranslator.Evaluate(data).LogLikelihood, loaded.Evaluate(data).LogLikelihood);
        CollectionAssert.AreEqual(Words(Trained.KeyTranslator), Words(loaded));

        string[] Words(ITransformer model)
        {
            var view = model.Transform(data);
            return [.. Trained.Context.Transforms.Conversion.MapKeyToValue("Words", "Translation").Fit(view).Transform(view)
                .GetColumn<string[]>("Words").Select(words => string.Join('|', words))];
        }
    }

    [TestMethod]
    public void WhatIsAboutTextSaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        Action[] actions =
        [
            () => Trained.KeyTranslator.Translate("a"),
            () => Trained.KeyTranslator.TranslateBest("a"),
            () => Trained.KeyTranslator.Stream("a"),
            () => Trained.KeyTranslator.SaveAlignments(folder.File("a.html"), ["a"]),
        ];
        foreach (var action in actions)
        {
            var failure = Assert.ThrowsExactly<InvalidOperationException>(action);
            StringAssert.Contains(failure.Message, "The model is of the keys in column 'SourceWords'");
            StringAssert.Contains(failure.Message, "Transform translates rows of keys.");
        }
        Assert.IsEmpty(folder.Files);
    }
}
