using Microsoft.ML.Data;
using Microsoft.ML.RevRnn.Tests.Support;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What is promised before training is what comes after it.</summary>
[TestClass]
public sealed class SchemaTests
{
    [TestMethod]
    public void TheScoreHasTheAnnotationsOfMlNetsOwn()
    {
        var score = Trained.Classifier.GetOutputSchema(Trained.Keyed().Schema)["Score"];

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), score.Type);
        CollectionAssert.AreEqual(TestData.Labels.ToArray(), Names(score, "SlotNames"));
        CollectionAssert.AreEqual(TestData.Labels.ToArray(), Names(score, "TrainingLabelValues"));
        Assert.AreEqual("MulticlassClassification", Text(score, "ScoreColumnKind"));
        Assert.AreEqual("Score", Text(score, "ScoreValueKind"));
        Assert.AreEqual(1u, SetId(score));
    }

    [TestMethod]
    public void TheSlotsOfAScoreHaveTheLabelsValuesAsText()
    {
        var data = Trained.Context.Data.LoadFromEnumerable(TestData.Rows(30).Select(row => new { row.Text, Number = row.Id % 3 - 0.5f, IsEven = row.Id % 2 == 0 }));

        CollectionAssert.AreEqual(new[] { "-0.5", "0.5", "1.5" }, Slots("Number"));
        CollectionAssert.AreEqual(new[] { "True", "False" }, Slots("IsEven"));

        string[] Slots(string columnName)
        {
            var keyed = Trained.Context.Transforms.Conversion.MapValueToKey("Label", columnName).Fit(data).Transform(data);
            var trainer = Trained.Context.MulticlassClassification.Trainers.RevGru(Small.Classification());
            var promised = trainer.GetOutputSchema(ShapeProbe.Of(keyed)).Single(column => column.Name == "Score");
            Assert.AreEqual(TextDataViewType.Instance, promised.Annotations.Single(annotation => annotation.Name == "SlotNames").ItemType);
            var score = trainer.Fit(keyed).GetOutputSchema(keyed.Schema)["Score"];
            Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, columnName == "Number" ? 3 : 2), score.Type);
            return Names(score, "SlotNames");
        }
    }

    [TestMethod]
    public void ThePredictedLabelIsAKeyWithTheLabelsValues()
    {
        var label = Trained.Classifier.GetOutputSchema(Trained.Keyed().Schema)["PredictedLabel"];

        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), label.Type);
        CollectionAssert.AreEqual(TestData.Labels.ToArray(), Names(label, "KeyValues"));
        Assert.AreEqual("PredictedLabel", Text(label, "ScoreValueKind"));
        Assert.AreEqual(1u, SetId(label));
    }

    [TestMethod]
    public void EachModelsColumnsHaveASetNumberOfTheirOwn()
    {
        var once = Trained.Classifier.Transform(Trained.Probes());
        var twice = Trained.Classifier.Transform(once);

        Assert.AreEqual(2u, SetId(twice.Schema["Score"]));
        Assert.AreEqual(once.Schema.Count + 2, twice.Schema.Count);
        Assert.AreEqual(once.Schema.Count, twice.Schema["Score"].Index, "The columns of the same name are hidden by the new ones.");
    }

    [TestMethod]
    public void TheClassifiersPromiseIsKept()
        => AssertPromiseKept(
            Trained.Context.Transforms.Conversion.MapValueToKey("Label")
                .Append(Trained.Context.MulticlassClassification.Trainers.RevLstm(Small.Classification())),
            Trained.Data());

    [TestMethod]
    public void TheClassifiersPromiseIsKeptForNumericLabelValues()
        => AssertPromiseKept(
            Trained.Context.Transforms.Conversion.MapValueToKey("Label", "Id")
                .Append(Trained.Context.MulticlassClassification.Trainers.RevLstm(Small.Classification())),
            Trained.Data(count: 6));

    [TestMethod]
    public void TheClassifiersPromiseIsKeptForLabelsWithoutValues()
        => AssertPromiseKept(Trained.Context.MulticlassClassification.Trainers.RevGru(Small.Classification()), new RowsView(2, ("a", 1), ("b", 2)));

    [TestMethod]
    public void TheFeaturesPromiseIsKept()
        => AssertPromiseKept(Trained.Context.Transforms.RevLstm(Small.Features()), Trained.Data());

    [TestMethod]
    public void TheLanguageModelsPromiseIsKept()
        => AssertPromiseKept(Trained.Context.Transforms.Text.RevLanguageModel(Small.LanguageModel()), Trained.Data());

    /// <summary>All of them, by a trainer of ML.NET's that gives probabilities too.</summary>
    [TestMethod]
    public void BinaryColumnsHaveTheAnnotationsOfMlNetsOwn()
    {
        var context = Trained.Context;
        var data = context.Transforms.Text.FeaturizeText("Features", "Text").Fit(Trained.Mixed()).Transform(Trained.Mixed());
        var theirs = context.BinaryClassification.Trainers.SdcaLogisticRegression("HasMetal", maximumNumberOfIterations: 1).Fit(data);

        string[] names = ["Score", "Probability", "PredictedLabel"];
        CollectionAssert.AreEqual(
            names.Select(name => Describe(theirs.GetOutputSchema(data.Schema)[name])).ToArray(),
            names.Select(name => Describe(Trained.Binary.GetOutputSchema(data.Schema)[name])).ToArray());
    }

    [TestMethod]
    public void MultiLabelScoresAreOfAKindOfTheirOwn()
    {
        var schema = Trained.MultiLabel.GetOutputSchema(Trained.Mixed().Schema);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 3), schema["Score"].Type);
        Assert.AreEqual(new VectorDataViewType(BooleanDataViewType.Instance, 3), schema["PredictedLabel"].Type);
        Assert.AreEqual("MultiLabelClassification", Text(schema["Score"], "ScoreColumnKind"));
        Assert.AreEqual("Score", Text(schema["Score"], "ScoreValueKind"));
        Assert.AreEqual("PredictedLabel", Text(schema["PredictedLabel"], "ScoreValueKind"));
        Assert.AreEqual(SetId(schema["Score"]), SetId(schema["PredictedLabel"]));
    }

    [TestMethod]
    public void TagsHaveTheLabelsValues()
    {
        var schema = Trained.Tagger.GetOutputSchema(Trained.Tagged().Schema);
        var values = Names(Trained.Tagged().Schema["Tags"], "KeyValues");

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single), schema["Score"].Type);
        Assert.AreEqual(new VectorDataViewType(new KeyDataViewType(typeof(uint), 7)), schema["PredictedLabel"].Type);
        CollectionAssert.AreEqual(values, Names(schema["Score"], "TrainingLabelValues"));
        CollectionAssert.AreEqual(values, Names(schema["PredictedLabel"], "KeyValues"));
        Assert.AreEqual("SequenceClassification", Text(schema["Score"], "ScoreColumnKind"));
        Assert.AreEqual("Score", Text(schema["Score"], "ScoreValueKind"));
        Assert.AreEqual("PredictedLabel", Text(schema["PredictedLabel"], "ScoreValueKind"));
    }

    [TestMethod]
    public void TheBinaryClassifiersPromiseIsKept()
        => AssertPromiseKept(Trained.Context.BinaryClassification.Trainers.RevLstm(Small.Binary()), Trained.Mixed());

    [TestMethod]
    [DataRow("Flags")]
    [DataRow("Kinds")]
    [DataRow("Named")]
    public void TheMultiLabelClassifiersPromiseIsKept(string label)
    {
        var options = Small.MultiLabel();
        options.LabelColumnName = label;
        var trainer = Trained.Context.MulticlassClassification.Trainers.RevGruMultiLabel(options);
        AssertPromiseKept(Trained.Context.Transforms.Concatenate("Named", "HasMetal").Append(trainer), Trained.Tagged());
    }

    [TestMethod]
    public void TheTaggersPromiseIsKept()
        => AssertPromiseKept(Trained.Context.MulticlassClassification.Trainers.RevGruTagger(Small.Tagging()), Trained.Tagged());

    /// <summary>Compares the shape that the estimator announces with that of what its transformer then makes.</summary>
    private static void AssertPromiseKept(IEstimator<ITransformer> estimator, IDataView data)
    {
        var promised = Describe(estimator.GetOutputSchema(ShapeProbe.Of(data)));

        var model = estimator.Fit(data);

        var transformed = model.Transform(data);
        Assert.AreEqual(promised, Describe(ShapeProbe.Of(transformed)));
        CollectionAssert.AreEqual(
            transformed.Schema.Select(column => column.ToString()).ToArray(),
            model.GetOutputSchema(data.Schema).Select(column => column.ToString()).ToArray());
    }

    private static string Describe(SchemaShape shape)
        => string.Join('\n', shape.OrderBy(column => column.Name).Select(column =>
            $"{column.Name}: {column.Kind} {column.ItemType} {column.IsKey} [{Describe(column.Annotations).Replace('\n', ';')}]"));

    private static string Describe(DataViewSchema.Column column)
    {
        return $"{column.Type}: {string.Join(", ", column.Annotations.Schema.Select(Annotation).Order())}";

        string Annotation(DataViewSchema.Column annotation) => annotation.Type switch
        {
            TextDataViewType => $"{annotation.Name}={Text(column, annotation.Name)}",
            BooleanDataViewType => $"{annotation.Name}={Flag(column, annotation.Name)}",
            _ => $"{annotation.Name}: {annotation.Type}",
        };
    }

    private static bool Flag(DataViewSchema.Column column, string kind)
    {
        var flag = false;
        column.Annotations.GetValue(kind, ref flag);
        return flag;
    }

    private static string[] Names(DataViewSchema.Column column, string kind)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static string Text(DataViewSchema.Column column, string kind)
    {
        var text = default(ReadOnlyMemory<char>);
        column.Annotations.GetValue(kind, ref text);
        return text.ToString();
    }

    private static uint SetId(DataViewSchema.Column column)
    {
        uint id = 0;
        column.Annotations.GetValue("ScoreColumnSetId", ref id);
        return id;
    }
}
