using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Training whose process is killed at any moment goes on to the bits of a training that is not.</summary>
/// <remarks>A few kills; more with the environment variable REVRNN_KILLS=20, say.</remarks>
[TestClass]
internal sealed class KilledTrainingTests
{
    [TestMethod]
    [DataRow("classifier")]
    [DataRow("streams")]
    public void KilledAtAnyMomentItGoesOn(string kind)
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("REVRNN_KILLS") ?? "2", CultureInfo.InvariantCulture);
        var (model, report) = KillableTraining.Run(kind, null).Run();
        using var folder = new TemporaryFolder();
        var whole = Stopwatch.StartNew();
        using (var process = ChildProcess.Start(null, kind, folder["whole"]))
        {
            process.WaitForExit();
            Assert.AreEqual(0, process.ExitCode, process.StandardError.ReadToEnd());
        }
        whole.Stop();
        for (var trial = 0; trial < kills; trial++)
        {
            var path = folder[$"{trial}"];
            // A second one is killed on its way from where the first one was.
            for (var i = 0; i < 2; i++)
            {
                using var process = ChildProcess.Start(null, kind, path);
                process.WaitForExit(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32((int)whole.ElapsedMilliseconds)));
                process.Kill();
                process.WaitForExit();
            }

            var (actual, actualReport) = KillableTraining.Run(kind, path).Run();

            CollectionAssert.AreEqual(report.Epochs.ToArray(), actualReport.Epochs.ToArray());
            Assert.AreEqual(report.BestEpoch, actualReport.BestEpoch);
            CollectionAssert.AreEqual(model, actual);
            CollectionAssert.AreEqual((string[])[path], folder.Files.Where(file => file.StartsWith(path, StringComparison.Ordinal)).ToArray());
            File.Delete(path);
        }
    }
}
