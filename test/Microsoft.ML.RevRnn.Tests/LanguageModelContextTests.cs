using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>Language models that are told of each text what it is about, by a column.</summary>
[TestClass]
public sealed class LanguageModelContextTests
{
    private const string Up = "one two three four five six seven eight";
    private const string Down = "eight seven six five four three two one";

    private static readonly MLContext _context = new(seed: 3);

    private static readonly Lazy<RevLanguageModelTransformer> _model = new(() => Fit(Options(), Data()));

    [TestMethod]
    public void OneModelWritesTextsOfEachKindAndTellsThemApart()
    {
        var model = _model.Value;
        Assert.AreEqual("Kind", model.ContextColumnName);
        Assert.AreEqual("down up", string.Join(' ', model.ContextLabels));
        Assert.AreEqual(ContextUse.Both, model.ContextUse);
        var greedy = new GenerationOptions { Temperature = 0 };

        Assert.AreEqual(Up, string.Concat(model.Given("up").Generate(options: greedy)));
        Assert.AreEqual(Down, string.Concat(model.Given("down").Generate(options: greedy)));
        Assert.AreEqual(Down, string.Concat(model.Given([1, 0]).Generate(options: greedy)));
        CollectionAssert.AreEqual(new float[] { 0, 1 }, model.Given("up").Context.ToArray());
        var ranked = model.RankContexts(Up);
        Assert.AreEqual("up", ranked[0].Label);
        Assert.IsGreaterThan(0.9f, ranked[0].Probability);
        Assert.AreEqual(1, ranked.Sum(context => context.Probability), 1e-5);
        Assert.AreEqual(model.Given("up").Score(Up).LogLikelihood, ranked[0].LogLikelihood);
        Assert.AreEqual("down", model.RankContexts(Down)[0].Label);
    }

    [TestMethod]
    public void EachRowIsScoredGivenItsContext()
    {
        var rows = _context.Data.LoadFromEnumerable<Row>([new(Up, "up"), new(Up, "down"), new(Down, "down")]);

        var values = _model.Value.Transform(rows).GetColumn<float>("LogLikelihood").ToArray();

        Assert.AreEqual((float)_model.Value.Given("up").Score(Up).LogLikelihood, values[0]);
        Assert.AreEqual((float)_model.Value.Given("down").Score(Up).LogLikelihood, values[1]);
        Assert.IsLessThan(values[0], values[1]);
        var metrics = _model.Value.Evaluate(rows);
        Assert.AreEqual(values.Sum(value => (double)value), metrics.LogLikelihood, 1e-4);
        Assert.AreNotEqual(metrics.LogLikelihood, _model.Value.Evaluate(rows, new EvaluationOptions { Cache = new CacheOptions() }).LogLikelihood);
        using var engine = _context.Model.CreatePredictionEngine<Row, Scored>(_model.Value);
        Assert.AreEqual(values[1], engine.Predict(new(Up, "down")).LogLikelihood);
    }

    [TestMethod]
    public void AnExportedModelKnowsItsContexts()
    {
        using var file = new MemoryStream();
        _model.Value.SaveAsOnnx(file);
        file.Position = 0;

        CollectionAssert.AreEqual(new[] { "down", "up" }, OnnxModelInfo.Read(file).ClassNames!.ToArray());
    }

    [TestMethod]
    public void KeysAreCalledByTheirValues()
    {
        var data = _context.Transforms.Conversion.MapValueToKey("Kind").Fit(Data()).Transform(Data());

        var model = Fit(Options(), data);

        Assert.AreEqual("up down", string.Join(' ', model.ContextLabels));
        Assert.AreEqual("up", model.RankContexts(Up)[0].Label);
        Assert.AreEqual(model.Evaluate(data), Loaded(model).Evaluate(data));
        Assert.AreEqual("up down", string.Join(' ', Loaded(model).ContextLabels));
    }

    [TestMethod]
    public void VectorsAreTakenAsTheyAre()
    {
        var data = _context.Transforms.Text.FeaturizeText("Kind", "Kind").Fit(Data()).Transform(Data());
        var size = ((VectorDataViewType)data.Schema["Kind"].Type).Size;

        var model = Fit(Options(), data);

        Assert.IsEmpty(model.ContextLabels);
        var contexts = data.GetColumn<float[]>("Kind").Take(2).ToArray();
        Assert.HasCount(size, contexts[0]);
        Assert.IsGreaterThan(model.Given(contexts[1]).Score(Up).LogLikelihood, model.Given(contexts[0]).Score(Up).LogLikelihood);
        Assert.AreEqual(model.Evaluate(data), Loaded(model).Evaluate(data));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => model.RankContexts(Up)).Message, "no labels to rank");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Given("up")).Message, "give the numbers");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Given([1])).Message, "this one has 1");
    }

    [TestMethod]
    public void ASavedModelHasItsContexts()
    {
        var loaded = Loaded(_model.Value);

        Assert.AreEqual(_model.Value.Evaluate(Data()), loaded.Evaluate(Data()));
        Assert.AreEqual("Kind: down up", $"{loaded.ContextColumnName}: {string.Join(' ', loaded.ContextLabels)}");
        Assert.AreEqual(Up, string.Concat(loaded.Given("up").Generate(options: new GenerationOptions { Temperature = 0 })));
        CollectionAssert.AreEqual(ModelFileImage.Of(_model.Value).File, ModelFileImage.Of(loaded).File);
    }

    [TestMethod]
    public void TrainingGoesOnAndIsValidatedWithContexts()
    {
        var few = Options();
        few.Training = few.Training with { MaximumEpochs = 1 };
        var estimator = _context.Transforms.Text.RevLanguageModel(few);

        var further = estimator.Fit(Data(), Data(), _model.Value);

        Assert.AreEqual("down up", string.Join(' ', further.ContextLabels));
        Assert.AreNotEqual(_model.Value.Evaluate(Data()), further.Evaluate(Data()));
        few.ContextUse = ContextUse.EachStep;
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(few).Fit(Data(), _model.Value)).Message, "for EachStep, and the model");
        few.ContextColumnName = null;
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(few).Fit(Data(), _model.Value)).Message, "no context column");
        var others = _context.Data.LoadFromEnumerable<Row>([new(Up, "sideways")]);
        few.ContextColumnName = "Kind";
        few.ContextUse = ContextUse.Both;
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => _context.Transforms.Text.RevLanguageModel(few).Fit(Data(), others)).Message, "'sideways' is not known");
    }

    [TestMethod]
    public void BadInputIsReported()
    {
        var model = _model.Value;
        foreach (var action in (Action[])[() => model.Generate(), () => model.StartText(), () => model.StartTokens(), () => model.NextTokens("one"), () => model.Connectivity("one"), () => model.ChooseCache(Data())])
            StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(action).Message, "by the column 'Kind'");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(
            () => model.Evaluate(Data(), new EvaluationOptions { CarriesOver = true })).Message, "CarriesOver cannot be set");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Given("left")).Message, "Known are 'down', 'up'");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Trained.LanguageModel.Given("up")).Message, "without a context column");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Trained.LanguageModel.RankContexts("up")).Message, "ContextColumnName");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(Trained.Texts(Up))).Message, "no column 'Kind'");
        foreach (var (change, message) in (IEnumerable<(Action<RevLanguageModelOptions>, string)>)
            [
                (options => options.Model = new(), "set Model = new() { Layout = TextLayout.Documents }"),
                (options => options.ContextColumnName = " ", "ContextColumnName is empty"),
                (options => options.ContextUse = 0, "ContextUse is 0"),
                (options => options.Model = options.Model with { Contexts = new TextContexts() }, "the column that ContextColumnName names"),
            ])
        {
            var options = Options();
            change(options);
            StringAssert.Contains(Assert.Throws<ArgumentException>(() => _context.Transforms.Text.RevLanguageModel(options)).Message, message);
        }
        foreach (var (column, message) in (ReadOnlySpan<(string, string)>)[("None", "no column 'None'"), ("Flag", "is Boolean")])
        {
            var options = Options();
            options.ContextColumnName = column;
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fit(options, Data())).Message, message);
        }
    }

    private static RevLanguageModelTransformer Fit(RevLanguageModelOptions options, IDataView data) => _context.Transforms.Text.RevLanguageModel(options).Fit(data);

    private static RevLanguageModelTransformer Loaded(RevLanguageModelTransformer model) => (RevLanguageModelTransformer)ModelFileImage.Load(ModelFileImage.Of(model).File);

    private static RevLanguageModelOptions Options()
    {
        var options = Small.LanguageModel();
        options.ContextColumnName = "Kind";
        options.Model = options.Model with { Layout = TextLayout.Documents };
        options.Training = options.Training with { MaximumEpochs = 40 };
        return options;
    }

    private static IDataView Data() => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? new Row(Up, "up") : new Row(Down, "down")));

    private sealed record Row(string Text, string Kind)
    {
        public Row()
            : this("", "")
        {
        }

        public bool Flag { get; set; }
    }

    private sealed class Scored
    {
        public float LogLikelihood { get; set; }
    }
}
