using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Models that are saved with what reads their data, and data that is saved with the columns of ours.</summary>
[TestClass]
public sealed class LoaderTests
{
    private readonly MLContext _context = new(seed: 3);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void RemoveFolder() => _folder.Dispose();

    [TestMethod]
    public void AModelIsSavedWithItsLoader()
    {
        var (model, loader, dataPath) = Train();
        _context.Model.Save(model, loader, _folder.File("model.zip"));

        var loaded = new MLContext().Model.LoadWithDataLoader(_folder.File("model.zip"), out var loadedLoader);

        CollectionAssert.AreEqual(
            Bits.Lines(model.Transform(loader.Load(new MultiFileSource(dataPath))), "Score"),
            Bits.Lines(loaded.Transform(loadedLoader.Load(new MultiFileSource(dataPath))), "Score"));
    }

    [TestMethod]
    public void AnotherProcessReadsTheDataWithTheModelsLoader()
    {
        var (model, loader, dataPath) = Train();
        _context.Model.Save(model, loader, _folder.File("model.zip"));

        CollectionAssert.AreEqual(
            Bits.Lines(model.Transform(loader.Load(new MultiFileSource(dataPath))), "Score"),
            OtherProcess.Lines(_folder.File("model.zip"), "Score", dataPath));
    }

    [TestMethod]
    public void AModelIsPartOfALoader()
    {
        var (model, loader, dataPath) = Train();
        var featuring = loader.Append(Trained.Features);
        _context.Model.Save(model, featuring, _folder.File("model.zip"));

        var loaded = new MLContext().Model.LoadWithDataLoader(_folder.File("model.zip"), out var loadedLoader);

        var data = loadedLoader.Load(new MultiFileSource(dataPath));
        CollectionAssert.AreEqual(Bits.Lines(featuring.Load(new MultiFileSource(dataPath)), "Features"), Bits.Lines(data, "Features"));
        CollectionAssert.AreEqual(
            Bits.Lines(model.Transform(loader.Load(new MultiFileSource(dataPath))), "Score"), Bits.Lines(loaded.Transform(data), "Score"));
    }

    [TestMethod]
    public void ScoredRowsAreSavedWithTheirAnnotations()
    {
        var scored = Trained.Classifier.Transform(Trained.Keyed());
        using (var file = File.Create(_folder.File("data.idv")))
            _context.Data.SaveAsBinary(scored, file);

        var loaded = _context.Data.LoadFromBinary(_folder.File("data.idv"));

        CollectionAssert.AreEqual(Bits.Lines(scored, "Score"), Bits.Lines(loaded, "Score"));
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        loaded.Schema["Score"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(TestData.Labels.ToArray(), names.DenseValues().Select(name => name.ToString()).ToArray());
        Assert.AreEqual(
            _context.MulticlassClassification.Evaluate(scored).LogLoss, _context.MulticlassClassification.Evaluate(loaded).LogLoss);
    }

    private (ITransformer Model, IDataLoader<IMultiStreamSource> Loader, string DataPath) Train()
    {
        var dataPath = _folder.File("data.tsv");
        File.WriteAllLines(dataPath, TestData.Rows(60).Select(row => $"{row.Text}\t{row.Label}"));
        TextLoader.Column[] columns = [new("Text", DataKind.String, 0), new("Label", DataKind.String, 1)];
        var loader = _context.Data.CreateTextLoader(columns);
        var model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.RevGru(Small.Classification()))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(loader.Load(new MultiFileSource(dataPath)));
        return (model, loader, dataPath);
    }
}
