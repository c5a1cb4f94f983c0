using System.Globalization;
using System.Reflection;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>The code that users copy from README.md and docs.</summary>
[TestClass]
public sealed class DocumentTests
{
    public static IEnumerable<object[]> WithCode => CodeBlocks.Documents.Where(document => CodeBlocks.Of(document).Count > 0).Select(document => new object[] { document });

    [TestMethod]
    [DynamicData(nameof(WithCode))]
    public void TheCodeCompiles(string document) => Assert.IsNotNull(CodeBlocks.Compile(CodeBlocks.Of(document)).EntryPoint);

    [TestMethod]
    public void ThereIsCodeInTheReadme() => Assert.HasCount(10, CodeBlocks.Of("README.md"));

    /// <summary>It is run on the tests' rows, in a folder of its own.</summary>
    [TestMethod]
    public void TheReadmesCodeRuns()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("reviews.tsv"), TestData.Rows(200).Select(row => $"{row.Text}\t{row.Label}"));
        var program = CodeBlocks.Compile(CodeBlocks.Of("README.md")).EntryPoint!;

        var lines = Run(program, folder).Where(line => !line.StartsWith('[')).ToArray();

        Assert.IsGreaterThan(0.9, double.Parse(lines[0], CultureInfo.InvariantCulture), "The accuracy.");
        CollectionAssert.AreEquivalent(TestData.Labels.ToArray(), lines[1..4].Select(line => line.Split(": ")[0]).ToArray());
        Assert.IsInRange(0.1, 8, double.Parse(lines[4], CultureInfo.InvariantCulture), "Bits a character.");
        Assert.AreNotEqual("", lines[5], "The text that the language model writes.");
        Assert.IsTrue(lines.Any(line => line.StartsWith("BLEU ", StringComparison.Ordinal)), "That of the translations.");
        CollectionAssert.AreEqual(new[] { "reviews.tsv", "reviews.zip" }, folder.Files);
    }

    private static string[] Run(MethodInfo program, TemporaryFolder folder)
    {
        var (console, directory) = (Console.Out, Environment.CurrentDirectory);
        using var output = new StringWriter();
        Console.SetOut(output);
        Environment.CurrentDirectory = Path.GetDirectoryName(folder.File("reviews.tsv"))!;
        try
        {
            program.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = directory;
        }
        return output.ToString().ReplaceLineEndings("\n").Split('\n');
    }
}
