using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>One row at a time, over types of the caller's.</summary>
[TestClass]
public sealed class PredictionEngineTests
{
    private readonly MLContext _context = new(seed: 1);

    private ITransformer Model
    {
        get
        {
            var data = _context.Data.LoadFromEnumerable(new[] { new Row { Text = "a b" }, new Row { Text = "c" } });
            return _context.Transforms.Text.TokenizeIntoWords("Tokens", "Text")
                .Append(_context.Transforms.Conversion.MapValueToKey("Key", "Text"))
                .Append(_context.Transforms.Conversion.MapKeyToValue("Back", "Key"))
                .Fit(data);
        }
    }

    [TestMethod]
    public void NullTextIsEmptyText()
    {
        using var engine = _context.Model.CreatePredictionEngine<Row, Output>(Model);

        Assert.AreEqual("a,b/1/a b", Describe(engine.Predict(new Row { Text = "a b" })));
        Assert.AreEqual("/0/", Describe(engine.Predict(new Row { Text = null })));
        Assert.AreEqual("/0/", Describe(engine.Predict(new Row { Text = "" })));
        Assert.AreEqual("c/2/c", Describe(engine.Predict(new Row { Text = "c" })));
    }

    [TestMethod]
    public void APredictionCanBeFilledAnew()
    {
        using var engine = _context.Model.CreatePredictionEngine<Row, Output>(Model);
        var output = new Output();
        var same = output;

        engine.Predict(new Row { Text = "c" }, ref output);

        Assert.AreSame(same, output);
        Assert.AreEqual("c/2/c", Describe(output));
    }

    [TestMethod]
    public void MembersWithoutAColumnAreLeftAloneUnlessAskedFor()
    {
        using var engine = _context.Model.CreatePredictionEngine<Row, Other>(Model);

        Assert.AreEqual("as it was", engine.Predict(new Row()).Missing);
        Errors.AssertThrown<ArgumentOutOfRangeException>(
            () => _context.Model.CreatePredictionEngine<Row, Other>(Model, ignoreMissingColumns: false), "Missing");
    }

    [TestMethod]
    public void AnInputColumnThatIsMissingIsNamed()
        => Errors.AssertThrown<ArgumentOutOfRangeException>(() => _context.Model.CreatePredictionEngine<Other, Output>(Model), "Text");

    [TestMethod]
    public void AMemberOfAnotherTypeThanItsColumnIsAnError()
        => Assert.Throws<InvalidOperationException>(() => _context.Model.CreatePredictionEngine<Row, WrongType>(Model));

    [TestMethod]
    public void TheOutputSchemaIsTheModels()
    {
        using var engine = _context.Model.CreatePredictionEngine<Row, Output>(Model);

        Assert.AreEqual(
            "Id Text Number Real Truth Words Pair Key Key Tokens Back", string.Join(' ', engine.OutputSchema.Select(column => column.Name)));
    }

    [TestMethod]
    public void InputColumnsCanHaveOtherNames()
    {
        var definition = SchemaDefinition.Create(typeof(Renamed));
        definition["Line"].ColumnName = "Text";

        using var engine = _context.Model.CreatePredictionEngine<Renamed, Output>(Model, inputSchemaDefinition: definition);

        Assert.AreEqual("c/2/c", Describe(engine.Predict(new Renamed { Line = "c" })));
    }

    [TestMethod]
    public void ASchemaTellsTheInputsTypes()
    {
        var schema = _context.Data.LoadFromEnumerable(new[] { new Renamed() }).Schema;
        var model = _context.Transforms.CopyColumns("Back", "Line").Fit(_context.Data.LoadFromEnumerable(new[] { new Renamed() }));

        using var engine = _context.Model.CreatePredictionEngine<Renamed, Other>(model, new PredictionEngineOptions());
        using var typed = _context.Model.CreatePredictionEngine<Renamed, Renamed>(model, schema);

        Assert.AreEqual("x", engine.Predict(new Renamed { Line = "x" }).Back);
        Assert.AreEqual("x", typed.Predict(new Renamed { Line = "x" }).Line);
    }

    [TestMethod]
    public void PredictionsShareNothing()
    {
        using var engine = _context.Model.CreatePredictionEngine<Row, Output>(Model);

        var first = engine.Predict(new Row { Text = "a b" });
        var second = engine.Predict(new Row { Text = "c d" });

        Assert.AreNotSame(first.Tokens, second.Tokens);
        Assert.AreEqual("a,b/1/a b", Describe(first));
        Assert.Throws<Exception>(() => engine.Predict(null!));
        Assert.AreEqual("c/2/c", Describe(engine.Predict(new Row { Text = "c" })));
    }

    [TestMethod]
    public void ATransformerThatIsNoRowMapperIsRefused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => _context.Model.CreatePredictionEngine<Row, Output>(new WholeTable()));

    private static string Describe(Output output) => $"{string.Join(',', output.Tokens)}/{output.Key}/{output.Back}";

    private sealed class WholeTable : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }

    private sealed class Output
    {
        public string[] Tokens { get; set; } = [];

        [KeyType(2)]
        public uint Key { get; set; }

        public string Back { get; set; } = "";
    }

    private sealed class Other
    {
        public string Missing { get; set; } = "as it was";

        public string Back { get; set; } = "";
    }

    private sealed class WrongType
    {
        public float Back { get; set; }
    }

    private sealed class Renamed
    {
        public string Line { get; set; } = "";
    }
}
