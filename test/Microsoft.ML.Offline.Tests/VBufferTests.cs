using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Vectors, dense and sparse.</summary>
[TestClass]
public sealed class VBufferTests
{
    private static VBuffer<float> Sparse => new(5, 2, [1f, 2f], [1, 3]);

    [TestMethod]
    public void WhatASparseVectorDoesNotStoreIsTheDefault()
    {
        Assert.IsFalse(Sparse.IsDense);
        Assert.AreEqual("[0 1 0 2 0]", Shown.Value(Sparse));
        Assert.AreEqual(2f, Sparse.GetItemOrDefault(3));
        Assert.AreEqual(0f, Sparse.GetItemOrDefault(4));
        Assert.AreEqual("1:1 3:2", string.Join(' ', Sparse.Items().Select(item => $"{item.Key}:{item.Value}")));
        Assert.AreEqual("0:0 1:1 2:0 3:2 4:0", string.Join(' ', Sparse.Items(all: true).Select(item => $"{item.Key}:{item.Value}")));
        CollectionAssert.AreEqual(new[] { 1, 3 }, Sparse.GetIndices().ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 2f }, Sparse.GetValues().ToArray());
    }

    [TestMethod]
    public void ADenseVectorHasNoIndices()
    {
        var dense = default(VBuffer<float>);
        Sparse.CopyToDense(ref dense);

        Assert.IsTrue(dense.IsDense);
        Assert.AreEqual(0, dense.GetIndices().Length);
        Assert.AreEqual("[0 1 0 2 0]", Shown.Value(dense));
        Assert.IsTrue(default(VBuffer<float>).IsDense);
        Assert.AreEqual(0, default(VBuffer<float>).Length);
    }

    [TestMethod]
    public void PartsAreCopied()
    {
        var part = default(VBuffer<float>);
        Sparse.CopyTo(ref part, 1, 3);
        var array = new[] { 9f, 9f, 9f, 9f, 9f, 9f, 9f };
        Sparse.CopyTo(array, 1, defaultValue: -1);

        Assert.AreEqual("[1 0 2]", Shown.Value(part));
        CollectionAssert.AreEqual(new[] { 9f, -1, 1, -1, 2, -1, 9 }, array);
    }

    [TestMethod]
    public void AnEditorWritesOverAVector()
    {
        var vector = new VBuffer<int>(3, [1, 2, 3]);
        var editor = VBufferEditor.Create(ref vector, 2);
        Assert.IsFalse(editor.CreatedNewValues);
        editor.Values[0] = 7;
        editor.Values[1] = 8;
        vector = editor.Commit();
        Assert.AreEqual("[7 8]", Shown.Value(vector));

        editor = VBufferEditor.Create(ref vector, 9, 2);
        editor.Values[0] = 5;
        editor.Values[1] = 6;
        editor.Indices[0] = 2;
        editor.Indices[1] = 8;
        vector = editor.CommitTruncated(1);
        Assert.AreEqual("[0 0 5 0 0 0 0 0 0]", Shown.Value(vector));
    }

    [TestMethod]
    public void IndicesOutOfRangeAreErrors()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Sparse.GetItemOrDefault(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sparse.GetItemOrDefault(-1));
        Assert.Throws<Exception>(() => new VBuffer<int>(3, [1, 2]));
        Assert.Throws<Exception>(() => new VBuffer<int>(3, 2, [1, 2], [1]));
        Assert.Throws<Exception>(() => new VBuffer<int>(-1, []));
    }
}
