using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests.MLNet;

/// <summary>
/// Keys count from 1 to the count of their type, and 0 is the missing one. KeyTokenization makes token numbers of them and TrainingRows classes;
/// the classifier's predicted label is counted so as well.
/// </summary>
[TestClass]
public sealed class KeyTests
{
    private readonly MLContext _context = new(seed: 3);

    [TestMethod]
    public void ValuesAreNumberedAsTheyCome()
    {
        var model = _context.Transforms.Conversion.MapValueToKey("Text").Fit(Trained.Texts("b", "a", "b", "", "c"));

        var mapped = model.Transform(Trained.Texts("c", "b", "unheard-of", "", null!));

        CollectionAssert.AreEqual(new uint[] { 3, 1, 0, 0, 0 }, mapped.GetColumn<uint>("Text").ToArray());
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), mapped.Schema["Text"].Type);
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        mapped.Schema["Text"].Annotations.GetValue("KeyValues", ref values);
        Assert.AreEqual("b a c", string.Join(' ', values.DenseValues()));
    }

    [TestMethod]
    public void WordsBecomeTokens()
    {
        string[][] rows = [["b", "a"], [], ["a", "", "c"]];
        var data = _context.Data.LoadFromEnumerable(rows.Select(words => new LabelledText { Words = words }));

        var mapped = _context.Transforms.Conversion.MapValueToKey("Words").Fit(data).Transform(data);

        CollectionAssert.AreEqual(new[] { "2 3", "", "3 1 4" }, Tokens(mapped, "Words", keyCount: 3));
        Assert.AreEqual(1, TextTokenizer.UnknownToken, "An empty word is a missing key.");
    }

    [TestMethod]
    public void WhatASparseVectorLeavesOutIsMissing()
    {
        var mapping = _context.Transforms.Conversion.MapValueToKey("Values").Fit(Sparse(new VBuffer<int>(4, [7, 8, 7, 8])));

        var mapped = mapping.Transform(Sparse(new VBuffer<int>(4, 1, [7], [2]), new VBuffer<int>(4, 2, [8, 9], [0, 3])));

        Assert.IsFalse(mapped.GetColumn<VBuffer<uint>>("Values").First().IsDense);
        CollectionAssert.AreEqual(new[] { "1 1 2 1", "3 1 1 1" }, Tokens(mapped, "Values", keyCount: 2));
    }

    /// <summary>A number that an object has for a key counts from 0, and that of a column from 1.</summary>
    [TestMethod]
    public void ObjectsGiveKeysFromZeroAndGetThemFromOne()
    {
        var data = _context.Data.LoadFromEnumerable(TestData.Rows(60).Select(row => new Numbered { Text = row.Text!, Label = (uint)(row.Id % 3) })
            .Append(new Numbered { Text = "of no class", Label = 3 }));
        CollectionAssert.AreEqual(new uint[] { 1, 2, 3, 0 }, data.GetColumn<uint>("Label").Skip(57).ToArray());
        var model = _context.MulticlassClassification.Trainers.RevGru(Small.Classification()).Fit(data);

        var predictions = _context.Data.CreateEnumerable<NumberedPrediction>(model.Transform(data), reuseRowObject: false).Take(3);

        CollectionAssert.AreEqual(new uint[] { 1, 2, 3 }, predictions.Select(prediction => prediction.PredictedLabel).ToArray());
    }

    /// <summary>Other than with single keys: what an object has in a vector is taken as it is, missing as 0, and too large ones are not noticed.</summary>
    [TestMethod]
    public void VectorsOfKeysInObjectsCountFromOne()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new KeyVector { Keys = [0, 1, 3, 4] } });

        CollectionAssert.AreEqual(new uint[] { 0, 1, 3, 4 }, data.GetColumn<uint[]>("Keys").Single());
    }

    [TestMethod]
    public void LabelsThatAreAllMissingAreOneKeyWithoutValues()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new LabelledText { Text = "a", Label = "" }, new LabelledText { Text = "b" } });
        var mapped = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        Assert.IsNull(mapped.Schema["Label"].Annotations.Schema.GetColumnOrNull("KeyValues"));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(
            () => _context.MulticlassClassification.Trainers.RevLstm(Small.Classification()).Fit(mapped));
        StringAssert.StartsWith(failure.Message, "No row has a value in the label column 'Label', so there is nothing to train on.");
    }

    private IDataView Sparse(params VBuffer<int>[] rows) => _context.Data.LoadFromEnumerable(rows.Select(values => new Vectors { Values = values }));

    /// <summary>The tokens of each row of a column of keys.</summary>
    private static string[] Tokens(IDataView data, string columnName, int keyCount)
    {
        var column = data.Schema[columnName];
        var tokenization = new KeyTokenization(keyCount);
        Assert.IsTrue(tokenization.Accepts(column.Type), column.Type.ToString());
        using var cursor = data.GetRowCursor([column]);
        var read = tokenization.CreateReader(cursor, column);
        var lines = new List<string>();
        while (cursor.MoveNext())
            lines.Add(string.Join(' ', read()));
        return [.. lines];
    }

    private sealed class Vectors
    {
        [VectorType(4)]
        public VBuffer<int> Values { get; set; }
    }

    private sealed class Numbered
    {
        public string Text { get; set; } = "";

        [KeyType(3)]
        public uint Label { get; set; }
    }

    private sealed class KeyVector
    {
        [KeyType(3)]
        public uint[] Keys { get; set; } = [];
    }

    private sealed class NumberedPrediction
    {
        [KeyType(3)]
        public uint PredictedLabel { get; set; }
    }
}
