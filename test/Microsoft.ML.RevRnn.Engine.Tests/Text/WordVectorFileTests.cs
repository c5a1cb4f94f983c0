using System.Text;
using Microsoft.ML.RevRnn.Text;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Files of word vectors as they are found, and those that are none.</summary>
[TestClass]
internal sealed class WordVectorFileTests
{
    [TestMethod]
    [DataRow("3 2\nthe 0.5 -1\nof 1e-3 2.25 \n, 0 7\n", DisplayName = "fastText, whose lines may end with a space")]
    [DataRow("the 0.5 -1\nof 1e-3 2.25\n, 0 7\n", DisplayName = "GloVe")]
    [DataRow("the 0.5 -1\r\nof 1e-3 2.25\r\n, 0 7", DisplayName = "lines of Windows, the last one without an end")]
    [DataRow("the\t0.5\t-1\nof\t1e-3\t2.25\n\n,\t+0\t7.0\n\n", DisplayName = "tabs and blank lines")]
    [DataRow("\uFEFFthe 0.5 -1\nof  1e-3   2.25\n, 0 7\n", DisplayName = "a mark of the byte order, and several spaces")]
    public void EachFormatIsRead(string text) => CollectionAssert.AreEqual(
        new[] { "the: 0.5 -1", "of: 0.001 2.25", ",: 0 7" }, Read(text));

    [TestMethod]
    public void AWordMayHaveSpacesAndBeANumber()
        => CollectionAssert.AreEqual(
            new[] { "1: 0.5 -1", ". . .: 1 2", "at name@domain.com: 3 4", "\u00A0: 5 6", ": 7 8" },
            Read("1 0.5 -1\n. . . 1 2\nat name@domain.com 3 4\n\u00A0 5 6\n 7 8\n"));

    [TestMethod]
    public void BytesThatAreNoTextHarmNothing()
        => CollectionAssert.AreEqual(new[] { "a\uFFFDb: 1 2", "c: 3 4" }, Read([.. "a"u8, 0xC3, .. "b 1 2\nc 3 4\n"u8]));

    /// <summary>Lines over the bounds of the buffer, of which this has several, and words too long for a token.</summary>
    [TestMethod]
    public void ManyLinesAreRead()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 30_000; i++)
            text.Append($"w{i} ").AppendJoin(' ', Enumerable.Range(0, 20).Select(column => i + column)).Append('\n');
        text.Append(new string('x', 5000)).Append(string.Concat(Enumerable.Repeat(" 1", 20)));

        var lines = Read(text.ToString());

        Assert.HasCount(30_001, lines);
        for (var i = 0; i < 30_000; i++)
            Assert.AreEqual($"w{i}: {string.Join(' ', Enumerable.Range(0, 20).Select(column => i + column))}", lines[i]);
        StringAssert.StartsWith(lines[^1], ": 1 1");
    }

    [TestMethod]
    [DataRow("a 1 2\nb 1\n", "line 2: it has 1 numbers behind a word; 2 are expected, as the first line has.")]
    [DataRow("2 2\na 1 2\nb\n", "line 3: it has 0 numbers behind a word; 2 are expected, as the first line says.")]
    [DataRow("a 1 2\nb 1 2 3\n", "line 2: it has too many numbers; 2 are expected, as the first line has.")]
    [DataRow("a 1 2\n\nb 1 x\n", "line 3: number 2 of 'b' is 'x', which is no number.")]
    [DataRow("a 1 2\nb 1,5 2\n", "line 2: number 1 of 'b' is '1,5', which is no number.")]
    [DataRow("a 1 2\nb NaN 2\n", "line 2: number 1 of 'b' is NaN, which is not finite.")]
    [DataRow("a 1 2\nb 1 -Infinity\n", "line 2: number 2 of 'b' is -Infinity, which is not finite.")]
    [DataRow("a 1 2\nb 1 1e39\n", "line 2: number 2 of 'b' is 1e39, which is not finite.")]
    [DataRow("the first line of a text\n", "line 1: it has no numbers behind a word.")]
    [DataRow("3 2\na 1 2\nb 3 4\n", "has 2 words, and its first line says 3: it is not complete")]
    [DataRow("1 2\na 1 2\nb 3 4\n", "has 2 words, and its first line says 1")]
    [DataRow("0 2\n", "line 1: it says that there are no words.")]
    [DataRow("5 0\n", "line 1: vectors have 0 numbers; 1 to 4096 are possible.")]
    [DataRow("5 4097\n", "line 1: vectors have 4097 numbers; 1 to 4096 are possible.")]
    [DataRow("", "is empty.")]
    [DataRow("\n \n", "is empty.")]
    [DataRow("a 1 2\nb\0 1 2\n", "is binary. Word vectors are read from text in UTF-8")]
    public void WhatIsWrongIsTold(string text, string message)
    {
        var failure = Assert.ThrowsExactly<FormatException>(() => Read(text));

        StringAssert.StartsWith(failure.Message, "The file of word vectors '");
        StringAssert.Contains(failure.Message, "vectors.txt'");
        StringAssert.Contains(failure.Message, message);
    }

    [TestMethod]
    public void WhatIsOftenTakenForTheTextIsRecognised()
    {
        StringAssert.Contains(Failure([0xBA, 0x16, 0x4F, 0x2F, 12, 0, 0, 0]), "is a fastText model (.bin). Use the text of its vectors (.vec)");
        StringAssert.Contains(Failure([0x1F, 0x8B, 8, 0, 1, 2]), "is compressed. Unpack it first.");
        StringAssert.Contains(Failure([.. "PK"u8, 3, 4, 1, 2]), "is compressed. Unpack it first.");
        StringAssert.Contains(Failure([.. "3 300\nthe "u8, 0, 0, 0x80, 0x3F]), "is binary");
        StringAssert.Contains(Failure(Encoding.Unicode.GetBytes("the 1 2\n")), "is binary");
        StringAssert.Contains(Failure(new string('x', 2_000_000).Select(unit => (byte)unit).ToArray()), "line 1: it is longer than 1048576 bytes");

        static string Failure(byte[] content) => Assert.ThrowsExactly<FormatException>(() => Read(content)).Message;
    }

    [TestMethod]
    public void AFileThatIsNotThereIsNamed()
    {
        using var folder = new TemporaryFolder();

        var failure = Assert.ThrowsExactly<FileNotFoundException>(() => WordVectors.ReadDimension(folder["none.vec"]));
        StringAssert.Contains(failure.Message, "There is no file of word vectors '" + folder["none.vec"]);
        Directory.CreateDirectory(folder["sub"]);
        StringAssert.Contains(Assert.ThrowsExactly<FileNotFoundException>(() => WordVectors.ReadDimension(folder["sub"])).Message, "that is a folder");
    }

    private static string[] Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static string[] Read(byte[] content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["vectors.txt"], content);
        using var file = new WordVectorFile(folder["vectors.txt"]);
        var lines = new List<string>();
        while (file.MoveNext())
            lines.Add($"{file.Word}: {string.Join(' ', file.ReadVector().Select(value => FormattableString.Invariant($"{value}")))}");
        return [.. lines];
    }
}
