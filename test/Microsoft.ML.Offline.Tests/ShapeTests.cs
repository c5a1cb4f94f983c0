using Microsoft.ML.Data;
using Microsoft.ML.Offline.Tests.Support;

namespace Microsoft.ML.Offline.Tests;

/// <summary>What estimators announce before they are fitted.</summary>
[TestClass]
public sealed class ShapeTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(new[] { new Row { Text = "a b", Words = ["c"], Pair = [1, 2] } });

    [TestMethod]
    public void ShapesOfData()
        => Assert.AreEqual(
            """
            Id: Scalar Int32
            Text: Scalar String
            Words: VariableVector String
            Pair: Vector Single
            Key: Scalar UInt32 key
            """,
            Describe(_context.Transforms.CopyColumns("Id", "Id"), "Id", "Text", "Words", "Pair", "Key"));

    [TestMethod]
    public void ShapesOfKeysAndTheirValues()
        => Assert.AreEqual(
            """
            TextKey: Scalar UInt32 key (KeyValues: Vector String)
            WordKeys: VariableVector UInt32 key (KeyValues: Vector String)
            IdKey: Scalar UInt32 key (KeyValues: Vector String)
            PairKeys: Vector UInt32 key (KeyValues: Vector Single)
            TextBack: Scalar String
            PairBack: Vector Single
            """,
            Describe(
                _context.Transforms.Conversion.MapValueToKey("TextKey", "Text")
                    .Append(_context.Transforms.Conversion.MapValueToKey("WordKeys", "Words"))
                    .Append(_context.Transforms.Conversion.MapValueToKey("IdKey", "Id", addKeyValueAnnotationsAsText: true))
                    .Append(_context.Transforms.Conversion.MapValueToKey("PairKeys", "Pair"))
                    .Append(_context.Transforms.Conversion.MapKeyToValue("TextBack", "TextKey"))
                    .Append(_context.Transforms.Conversion.MapKeyToValue("PairBack", "PairKeys")),
                "TextKey", "WordKeys", "IdKey", "PairKeys", "TextBack", "PairBack"));

    [TestMethod]
    public void ShapesOfVectors()
        => Assert.AreEqual(
            """
            Both: Vector Single (SlotNames: Vector String)
            More: Vector Single (SlotNames: Vector String)
            Plain: Vector Single
            Varying: VariableVector String (SlotNames: Vector String)
            Tokens: VariableVector String
            Copy: Vector Single (SlotNames: Vector String)
            """,
            Describe(
                _context.Transforms.Concatenate("Both", "Pair", "Number")
                    .Append(_context.Transforms.Concatenate("More", "Both", "Pair"))
                    .Append(_context.Transforms.Concatenate("Plain", "Pair"))
                    .Append(_context.Transforms.Concatenate("Varying", "Text", "Words"))
                    .Append(_context.Transforms.Text.TokenizeIntoWords("Tokens", "Text"))
                    .Append(_context.Transforms.CopyColumns("Copy", "Both"))
                    .Append(_context.Transforms.DropColumns("Number")),
                "Both", "More", "Plain", "Varying", "Tokens", "Copy", "Number"));

    [TestMethod]
    public void WrongInputsAreFoundInTheShape()
    {
        AssertRefused(_context.Transforms.CopyColumns("A", "Other"));
        AssertRefused(_context.Transforms.Concatenate("A", "Pair", "Other"));
        AssertRefused(_context.Transforms.Text.TokenizeIntoWords("A", "Other"));
        AssertRefused(_context.Transforms.Conversion.MapValueToKey("A", "Other"));
        AssertRefused(_context.Transforms.Conversion.MapKeyToValue("A", "Other"));
        AssertRefused(_context.Transforms.SelectColumns("Other"));
        AssertRefused(_context.Transforms.Text.TokenizeIntoWords("A", "Id"));
        AssertRefused(_context.Transforms.Conversion.MapKeyToValue("A", "Text"));
    }

    /// <summary>Whether the second of two estimators is refused before the first one is fitted.</summary>
    private void AssertRefused(IEstimator<ITransformer> estimator)
    {
        var fitted = false;
        var first = _context.Transforms.CopyColumns("First", "Text").WithOnFitDelegate(_ => fitted = true);
        Assert.Throws<ArgumentOutOfRangeException>(() => first.Append(estimator).Fit(Data));
        Assert.IsFalse(fitted);
    }

    private string Describe(IEstimator<ITransformer> estimator, params string[] names)
    {
        var probe = new Probe();
        estimator.Append(probe).Fit(Data);
        return string.Join('\n', probe.Shape!
            .Where(column => names.Contains(column.Name))
            .OrderBy(column => Array.IndexOf(names, column.Name))
            .Select(column => $"{column.Name}: {column.Kind} {column.ItemType}{(column.IsKey ? " key" : "")}{Annotations(column)}"));
    }

    private static string Annotations(SchemaShape.Column column)
    {
        var shown = column.Annotations.Select(a => $"{a.Name}: {a.Kind} {a.ItemType}{(a.IsKey ? " key" : "")}").Order(StringComparer.Ordinal);
        return column.Annotations.Count == 0 ? "" : $" ({string.Join(", ", shown)})";
    }

    /// <summary>An estimator that keeps the shape it is told.</summary>
    private sealed class Probe : IEstimator<ITransformer>
    {
        public SchemaShape? Shape { get; private set; }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;

        public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();
    }
}
