using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Trained weights are the same bits at each register width, with and without fused multiply-adds in hardware, and the same as they were when the digests were written down.
/// A change that is to change them writes down new ones, says so in CHANGELOG.md, and raises the version of the checkpoint.
/// </summary>
[TestClass]
internal sealed class WidthTests
{
    private static readonly Dictionary<CellKind, string> _digests = new()
    {
        [CellKind.RevLstm] = "96542FA585CF9E29 2E31F3392EC421C4",
        [CellKind.RevGru] = "3EAD6EDC8C1BEB99 BB199B924443DE56",
        [CellKind.Lstm] = "24320CD6B1F7FB84 FDE191610915E7A2",
        [CellKind.Gru] = "55BAA058FC300427 45D944B32AF4808D",
        [CellKind.NfRevLstm] = "AA43AAB855B4B860 5BC607AC88DFF528",
        [CellKind.NfRevGru] = "0FEEB825022D833F C9569AEBECE87E05",
        [CellKind.Elman] = "3A7FA1805ED1EEC4 E07A9B9262A1FFEF",
        [CellKind.GruResetAfter] = "C768F97F7D6E11DB A6845643F5ABD5D9",
        [CellKind.LeakyElman] = "1C27BA2F6D7CEA59 31A3548A6E0F83EB",
        [CellKind.RevLeaky] = "709ABFCFEDDD1A7F 4B663C47C39BE2F0",
        [CellKind.MixedGru] = "49729AEF857A1AF4 E5923EDB26F065AF",
        [CellKind.NestedLstm] = "E8DF3A55864F2EB6 9228CE0091123009",
        [CellKind.DeepTransition] = "BB5888BC19DD25E5 24D6CFF1845D1C39",
        [CellKind.DeepTransitionShortcut] = "229AA429DF0CD919 96BF4A3B6E798BE5",
        [CellKind.Unitary] = "FCF740792814789B 358511E4A64F5BE8",
    };

    private static readonly Dictionary<CellKind, string> _sharedDigests = new()
    {
        [CellKind.RevLstm] = "7D198E39ED46D1E3 BB022F83468C60BE",
        [CellKind.RevGru] = "23FE1EE75F012DF4 23FF9E34773004F8",
        [CellKind.Lstm] = "5823B8206938BC94 D508C54260015C2C",
        [CellKind.GruResetAfter] = "3DA6E4261E74684F 9F182661DA85EC94",
    };

    /// <summary>Of the bytes of a classifier whose n-grams are mixed with its network.</summary>
    private const string ModelDigest = "486935F200E1F059";

    private static readonly Dictionary<CellKind, string> _translationDigests = new()
    {
        [CellKind.RevLstm] = "778541E66079AD82",
        [CellKind.RevGru] = "DC47A3F0916D0FF7",
    };

    public static IEnumerable<CellKind> TranslationCells => _translationDigests.Keys;

    public static IEnumerable<CellKind> SharedCells => _sharedDigests.Keys;

    public static IEnumerable<CellKind> Cells => Enum.GetValues<CellKind>();

    [TestMethod]
    [DynamicData(nameof(Cells))]
    public void EachKernelGivesTheGoldenWeights(CellKind cell)
    {
        foreach (var width in Enum.GetValues<SimdWidth>())
            Assert.AreEqual(_digests[cell], GoldenTraining.Digests(cell, width), $"{width}");
        Assert.AreEqual(_digests[cell], GoldenTraining.Digests(cell, SimdWidths.Best, threads: 3), "three threads");
    }

    [TestMethod]
    [DynamicData(nameof(SharedCells))]
    public void SharedProductsGiveTheGoldenWeights(CellKind cell)
    {
        foreach (var width in Enum.GetValues<SimdWidth>())
            Assert.AreEqual(_sharedDigests[cell], GoldenTraining.SharedDigests(cell, width), $"{width}");
        Assert.AreEqual(_sharedDigests[cell], GoldenTraining.SharedDigests(cell, SimdWidths.Best, threads: 3), "three threads");
    }

    [TestMethod]
    [DynamicData(nameof(TranslationCells))]
    public void TranslationsHaveTheGoldenWeights(CellKind cell)
    {
        foreach (var width in Enum.GetValues<SimdWidth>())
            Assert.AreEqual(_translationDigests[cell], GoldenTraining.TranslationDigest(cell, width), $"{width}");
        Assert.AreEqual(_translationDigests[cell], GoldenTraining.TranslationDigest(cell, SimdWidths.Best, threads: 3), "three threads");
    }

    /// <summary>Here the platform's own vectors are narrower too. A processor that has no more than it is left with changes nothing.</summary>
    [TestMethod]
    [DataRow("DOTNET_EnableAVX512=0", SimdWidth.Bits256, true)]
    [DataRow("DOTNET_PreferredVectorBitWidth=128", SimdWidth.Bits128, true)]
    [DataRow("DOTNET_EnableAVX2=0", SimdWidth.Bits128, false)]
    public void AProcessWithNarrowerRegistersGivesTheGoldenWeights(string setting, SimdWidth widest, bool isFast)
    {
        // In software a fused multiply-add takes a hundred times as long.
        var cells = isFast ? [.. Cells] : (CellKind[])[CellKind.RevLstm];

        var lines = ChildProcess.Lines(setting, ["golden", .. cells.Select(cell => $"{cell}")]);

        Assert.IsTrue(Enum.Parse<SimdWidth>(lines[0]) <= widest, $"{setting} left {lines[0]}");
        CollectionAssert.AreEqual(cells.Select(cell => $"{cell} {_digests[cell]}").ToArray(), lines[1..], string.Join('\n', lines));
    }

    [TestMethod]
    [DataRow(null, SimdWidth.Bits512)]
    [DataRow("DOTNET_EnableAVX512=0", SimdWidth.Bits256)]
    [DataRow("DOTNET_PreferredVectorBitWidth=128", SimdWidth.Bits128)]
    public void AModelWithNGramsAndATranslationAreTheGoldenBytes(string? setting, SimdWidth widest)
    {
        var lines = ChildProcess.Lines(setting, "model");

        Assert.IsTrue(Enum.Parse<SimdWidth>(lines[0]) <= widest, $"{setting} left {lines[0]}");
        Assert.AreEqual(ModelDigest, lines[1]);
        Assert.AreEqual(_translationDigests[CellKind.RevLstm], lines[2]);
    }

    [TestMethod]
    [DataRow("classifier", "DOTNET_EnableAVX512=0")]
    [DataRow("streams", "DOTNET_PreferredVectorBitWidth=128")]
    public void ACheckpointGoesOnAtAnotherWidth(string kind, string setting)
    {
        var (model, report) = KillableTraining.Run(kind, null).Run();
        using var folder = new TemporaryFolder();
        var run = KillableTraining.Run(kind, folder["state"]);
        run.RunUntil(5);

        ChildProcess.Lines(setting, kind, folder["state"]);

        // The file is the end's now, and there is nothing more to do.
        var (actual, actualReport) = run.Run();
        CollectionAssert.AreEqual(report.Epochs.ToArray(), actualReport.Epochs.ToArray());
        CollectionAssert.AreEqual(model, actual);
    }
}
