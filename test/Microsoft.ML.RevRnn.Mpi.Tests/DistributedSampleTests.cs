using System.Globalization;

namespace Microsoft.ML.RevRnn.Mpi.Tests;

/// <summary>samples/Distributed: a pipeline trained by ranks, and rows scored by any number of them, also after a kill, to the same bytes.</summary>
[TestClass]
internal sealed class DistributedSampleTests
{
    private static readonly string _sample = Path.Combine(AppContext.BaseDirectory, "Distributed.dll");

    [TestMethod]
    public void RowsScoredByAnyRanksAndAfterAKillAreTheSameBytes()
    {
        var folder = Directory.CreateTempSubdirectory("revrnn-mpi-");
        try
        {
            string At(string name) => Path.Combine(folder.FullName, name);
            File.WriteAllLines(At("train.tsv"), Rows(200, labelled: true));
            File.WriteAllLines(At("rows.tsv"), Rows(3_000, labelled: false));
            foreach (var (ranks, model) in new[] { (1, "one.zip"), (2, "two.zip") })
                Run(ranks, "train", "--data", At("train.tsv"), "--model", At(model), "--epochs", "2", "--hidden", "16", "--shards", "2", "--threads", "1");

            Run(1, "score", "--model", At("one.zip"), "--in", At("rows.tsv"), "--out", At("one.tsv"));
            // Both models are the same; their files have dates.
            Run(2, "score", "--model", At("two.zip"), "--in", At("rows.tsv"), "--out", At("two.tsv"), "--rows", "170");
            using (var job = MpiJob.StartProgram(2, _sample, "score", "--model", At("one.zip"), "--in", At("rows.tsv"), "--out", At("killed.tsv"), "--rows", "20"))
            {
                job.WaitUntil(() => Directory.EnumerateFiles(folder.FullName, "*.tsv", SearchOption.AllDirectories).Count(file => file.Contains(".parts", StringComparison.Ordinal)) > 2);
                job.KillProgram("Distributed.dll", At("killed.tsv"));
                Assert.AreNotEqual(0, job.Wait());
            }
            Assert.IsFalse(File.Exists(At("killed.tsv")));
            var there = Directory.EnumerateFiles(folder.FullName, "*.tsv", SearchOption.AllDirectories).Count(file => file.Contains(".parts", StringComparison.Ordinal));
            var told = Run(2, "score", "--model", At("one.zip"), "--in", At("rows.tsv"), "--out", At("killed.tsv"), "--rows", "20");

            var expected = File.ReadAllBytes(At("one.tsv"));
            Assert.AreEqual(3_000, File.ReadLines(At("one.tsv")).Count());
            CollectionAssert.AreEqual(expected, File.ReadAllBytes(At("two.tsv")));
            CollectionAssert.AreEqual(expected, File.ReadAllBytes(At("killed.tsv")));
            StringAssert.Contains(told, string.Create(CultureInfo.InvariantCulture, $"150 parts, {150 - there} of them by this job"));
            Assert.IsFalse(Directory.EnumerateDirectories(folder.FullName).Any());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void AMissingFileIsNamedAndEndsTheJob()
    {
        using var job = MpiJob.StartProgram(2, _sample, "train", "--data", "none.tsv", "--model", "m.zip");

        Assert.AreNotEqual(0, job.Wait());
        StringAssert.Contains(job.Errors, "none.tsv");
    }

    private static string Run(int ranks, params string[] arguments)
    {
        using var job = MpiJob.StartProgram(ranks, _sample, arguments);
        Assert.AreEqual(0, job.Wait(), job.Errors);
        return string.Join('\n', job.Output);
    }

    private static IEnumerable<string> Rows(int count, bool labelled)
    {
        var random = new Random(count);
        string[] words = ["red", "green", "blue", "left", "right", "one", "two", "three"];
        for (var i = 0; i < count; i++)
        {
            string[] text = [.. Enumerable.Range(0, random.Next(3, 12)).Select(_ => words[random.Next(words.Length)])];
            yield return string.Join(' ', text) + (labelled ? "\t" + (text[0].Length < 4 ? "short" : "long") : "");
        }
    }
}
