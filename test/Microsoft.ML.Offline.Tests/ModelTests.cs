using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>Models are saved and loaded.</summary>
[TestClass]
public sealed class ModelTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(new[]
    {
        new Row { Id = 1, Text = "b a", Number = 3 }, new Row { Id = 2, Text = "a", Number = 4 },
    });

    private IEstimator<ITransformer> Pipeline => _context.Transforms.Text.TokenizeIntoWords("Tokens", "Text")
        .Append(_context.Transforms.Conversion.MapValueToKey("Tokens"))
        .Append(_context.Transforms.Conversion.MapValueToKey("Id"))
        .Append(_context.Transforms.Conversion.MapKeyToValue("Back", "Tokens"))
        .Append(_context.Transforms.CopyColumns("Copy", "Number"))
        .Append(_context.Transforms.Concatenate("Features", "Number", "Copy"))
        .Append(_context.Transforms.SelectColumns("Id", "Tokens", "Back", "Features"));

    [TestMethod]
    public void ALoadedChainDoesTheSame()
    {
        var model = Pipeline.Fit(Data);

        var loaded = Load(Save(model, Data.Schema), out var schema);

        var expected = model.Transform(Data);
        var got = loaded.Transform(Data);
        Assert.AreEqual(Shown.Schema(expected.Schema), Shown.Schema(got.Schema));
        foreach (var column in expected.Schema)
            Assert.AreEqual(Shown.Column(expected, column.Name), Shown.Column(got, column.Name));
        Assert.AreEqual("[1 2]|[2]", Shown.Column(got, "Tokens"));
        Assert.AreEqual(Shown.Schema(Data.Schema), Shown.Schema(schema));
        Assert.IsInstanceOfType<TransformerChain<ITransformer>>(loaded);
        Assert.HasCount(7, (TransformerChain<ITransformer>)loaded);
    }

    [TestMethod]
    public void ALoadedChainIsSavedAgain()
    {
        var bytes = Save(Pipeline.Fit(Data), Data.Schema);

        var again = Load(Save(Load(bytes, out var schema), schema), out _);

        Assert.AreEqual("[b a]|[a]", Shown.Column(again.Transform(Data), "Back"));
    }

    [TestMethod]
    public void TheSchemaMayBeLeftOut()
    {
        var loaded = Load(Save(_context.Transforms.CopyColumns("Copy", "Id").Fit(Data), null), out var schema);

        Assert.IsNull(schema);
        Assert.IsInstanceOfType<Transforms.ColumnCopyingTransformer>(loaded);
    }

    [TestMethod]
    public void TheSchemaKeepsTypesAndAnnotations()
    {
        var data = Pipeline.Fit(Data).Transform(Data);
        var model = _context.Transforms.CopyColumns("Copy", "Id").Fit(data);

        Load(Save(model, data.Schema), out var schema);

        Assert.AreEqual(Shown.Schema(data.Schema), Shown.Schema(schema));
        Assert.AreEqual("[b a]", Shown.Annotation(schema["Tokens"], "KeyValues"));
        Assert.AreEqual("[Number Copy]", Shown.Annotation(schema["Features"], "SlotNames"));
    }

    [TestMethod]
    public void FilesAndStreamsAreTheSame()
    {
        using var folder = new TemporaryFolder();
        _context.Model.Save(Pipeline.Fit(Data), Data.Schema, folder.Path("model.zip"));

        Assert.AreEqual("[b a]|[a]", Shown.Column(_context.Model.Load(folder.Path("model.zip"), out _).Transform(Data), "Back"));
        Assert.Throws<FileNotFoundException>(() => _context.Model.Load(folder.Path("none.zip"), out _));
    }

    [TestMethod]
    public void TheStreamStaysOpen()
    {
        using var stream = new MemoryStream();
        _context.Model.Save(Pipeline.Fit(Data), Data.Schema, stream);
        Assert.IsTrue(stream.CanWrite);

        stream.Position = 0;
        _context.Model.Load(stream, out _);

        Assert.IsTrue(stream.CanRead);
    }

    [TestMethod]
    public void ATrimmedModelIsRefused()
    {
        var bytes = Save(Pipeline.Fit(Data), Data.Schema);

        Assert.Throws<Exception>(() => Load(bytes[..(bytes.Length / 2)], out _));
    }

    [TestMethod]
    public void WhatIsNoModelIsRefused()
    {
        Assert.Throws<Exception>(() => Load([], out _));
        Assert.Throws<Exception>(() => Load([1, 2, 3, 4], out _));
        Errors.AssertThrown<ArgumentNullException>(() => _context.Model.Load((Stream)null!, out _), "stream");
        Errors.AssertThrown<ArgumentNullException>(() => _context.Model.Save(Pipeline.Fit(Data), null, (Stream)null!), "stream");
    }

    [TestMethod]
    public void ATransformerThatIsNotSavableFails()
        => Assert.Throws<NotSupportedException>(() => Save(new Unsavable(), null));

    private byte[] Save(ITransformer model, DataViewSchema? schema)
    {
        using var stream = new MemoryStream();
        _context.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] bytes, out DataViewSchema schema)
    {
        using var stream = new MemoryStream(bytes);
        return new MLContext().Model.Load(stream, out schema);
    }

    private sealed class Unsavable : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException("Not to be saved.");
    }
}
