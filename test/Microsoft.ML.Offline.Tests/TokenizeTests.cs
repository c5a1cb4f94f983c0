using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>TokenizeIntoWords, whose words are keys for our trainers.</summary>
[TestClass]
public sealed class TokenizeTests
{
    private readonly MLContext _context = new(seed: 1);

    [TestMethod]
    public void SpacesSeparateWordsAndEmptyOnesAreLeftOut()
        => Assert.AreEqual("[a b]|[a b]|[]|[]|[]|[a\tb a\nb c.]", Tokens(null, "a b", "  a  b ", "", null, "  ", "a\tb a\nb c."));

    [TestMethod]
    public void OtherSeparators()
        => Assert.AreEqual("[a b c]|[]", Tokens([',', ';'], "a, b,;c", ";;"));

    [TestMethod]
    public void VectorsOfTextsAreJoined()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Words = ["a b", "", "c"] }, new Row() });

        var tokens = _context.Transforms.Text.TokenizeIntoWords("Tokens", "Words").Fit(data).Transform(data);

        Assert.AreEqual("[a b c]|[]", Shown.Column(tokens, "Tokens"));
    }

    [TestMethod]
    public void TheTypeIsAVectorOfVaryingSize()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row { Text = "a" } });

        var tokens = _context.Transforms.Text.TokenizeIntoWords("Text").Fit(data).Transform(data);

        Assert.AreEqual("Vector<String>", tokens.Schema["Text"].Type.ToString());
        Assert.IsTrue(tokens.Schema[1].IsHidden);
    }

    [TestMethod]
    public void WhatIsNotTextIsRefused()
    {
        var data = _context.Data.LoadFromEnumerable(new[] { new Row() });

        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Transforms.Text.TokenizeIntoWords("T", "Id").Fit(data).Transform(data), "Id");
        Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Transforms.Text.TokenizeIntoWords("T", "Other").Fit(data), "Other");
    }

    private string Tokens(char[]? separators, params string?[] texts)
    {
        var data = _context.Data.LoadFromEnumerable(texts.Select(text => new Row { Text = text }).ToArray());
        return Shown.Column(_context.Transforms.Text.TokenizeIntoWords("Tokens", "Text", separators).Fit(data).Transform(data), "Tokens");
    }
}
