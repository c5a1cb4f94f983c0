namespace Microsoft.ML.RevRnn.Mpi.Tests;

[TestClass]
internal sealed class MpiGroupTests
{
    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void MessagesArriveWholeAlsoInPieces(int ranks)
    {
        foreach (var result in MpiJob.Results(ranks, "messages", "1000"))
            Assert.AreEqual("0 wrong", result);
    }

    [TestMethod]
    public void TheLibraryIsTheLaunchersAndSaysWhatItIs()
    {
        foreach (var result in MpiJob.Results(2, "library"))
            StringAssert.Contains(result, "interface of " + (MpiJob.Launcher.Contains("mpich", StringComparison.Ordinal) ? "MPICH" : "Open MPI"));
    }

    [TestMethod]
    public void ARankThatThrowsEndsTheJobWithItsMessage()
    {
        using var job = MpiJob.Start(2, "throw", "1");

        Assert.AreNotEqual(0, job.Wait());
        StringAssert.Contains(job.Errors, "Rank 1 of 2 has ended with an exception");
        StringAssert.Contains(job.Errors, "what that rank could not read");
    }

    [TestMethod]
    public void ARankThatReturnsAnExitCodeEndsTheJobToo()
    {
        using var job = MpiJob.Start(2, "exit", "0");

        Assert.AreNotEqual(0, job.Wait());
    }
}
