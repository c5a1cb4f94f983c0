using System.Globalization;
using System.Security.Cryptography;

namespace Microsoft.ML.RevRnn.Mpi.Tests;

/// <summary>Training over MPI gives the bits of training in one process.</summary>
/// <remarks>One kill; more with the environment variable REVRNN_KILLS=10, say. two-machines.sh beside this does the same over TCP.</remarks>
[TestClass]
internal sealed class MpiTrainingTests
{
    [TestMethod]
    [DataRow("classifier", GradientFormat.Single, new[] { 2, 4 })]
    [DataRow("streams", GradientFormat.Single, new[] { 1, 2, 4 })]
    [DataRow("streams", GradientFormat.BFloat16, new[] { 2 })]
    public void AnyNumberOfRanksGivesTheBitsOfThreads(string kind, GradientFormat format, int[] sizes)
    {
        var expected = RankTraining.Run(kind, format, group: null, checkpoint: null);

        foreach (var actual in ThreadGroup.Run(2, group => RankTraining.Run(kind, format, group, checkpoint: null)))
            Assert.AreEqual(expected, actual);
        foreach (var ranks in sizes)
        {
            foreach (var actual in MpiJob.Results(ranks, "train", kind, $"{format}", "-"))
                Assert.AreEqual(expected, actual, $"{ranks} ranks");
        }
    }

    [TestMethod]
    public void ATrainingWithAKilledRankGoesOnWithFewerToTheSameBits()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("REVRNN_KILLS") ?? "1", CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("revrnn-mpi-");
        try
        {
            for (var trial = 0; trial < kills; trial++)
            {
                var kind = trial % 2 == 0 ? "streams" : "classifier";
                var expected = RankTraining.Run(kind, GradientFormat.Single, group: null, checkpoint: null);
                var checkpoint = Path.Combine(folder.FullName, $"{trial}");
                using (var job = MpiJob.Start(4, "train", kind, "Single", checkpoint))
                {
                    job.WaitUntil(() => File.Exists(checkpoint));
                    Thread.Sleep(RandomNumberGenerator.GetInt32(300));
                    job.KillRank(RandomNumberGenerator.GetInt32(4));
                    job.Wait();
                }
                Assert.IsTrue(File.Exists(checkpoint));

                foreach (var actual in MpiJob.Results(2, "train", kind, "Single", checkpoint))
                    Assert.AreEqual(expected, actual, $"trial {trial}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
