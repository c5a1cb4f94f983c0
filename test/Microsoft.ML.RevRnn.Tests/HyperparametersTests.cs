using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.RevRnn.Tests.Support;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.RevRnn.Tests;

/// <summary>What ML.NET's search space, and any other tool, can read of the options that are worth a search.</summary>
[TestClass]
public sealed class HyperparametersTests
{
    private static readonly JsonSerializerOptions _json = new() { Converters = { new JsonStringEnumConverter() } };

    private static readonly PropertyInfo[] _properties = typeof(RevRnnHyperparameters).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    [TestMethod]
    public void EachHasARangeOfItsTypeAndTheDefaultOfTheOptions()
    {
        var options = new RevRnnClassificationOptions();
        foreach (var property in _properties)
        {
            var value = property.GetValue(new RevRnnHyperparameters());
            var (byDefault, values) = Space(property);

            Assert.AreEqual(value, byDefault, property.Name);
            Assert.IsTrue(values.All(each => each.GetType() == property.PropertyType), property.Name);
            // What the options leave to the size of the data is here as it is for large ones.
            Assert.AreEqual(OfOptions(options, property.Name) ?? value, value, property.Name);
        }
    }

    /// <summary>The options check them all; each must take its place there.</summary>
    [TestMethod]
    public void EachValueIsOneThatTheOptionsTake()
    {
        foreach (var property in _properties)
        {
            foreach (var value in Space(property).Values)
            {
                var searched = new RevRnnHyperparameters();
                property.SetValue(searched, value);
                var options = searched.ApplyTo(new RevRnnClassificationOptions());

                Assert.AreEqual(value, OfOptions(options, property.Name), property.Name);
                Assert.IsNotNull(Trained.Context.MulticlassClassification.Trainers.RevLstm(options));
                Assert.IsNotNull(Trained.Context.MulticlassClassification.Trainers.RevLstmTagger(searched.ApplyTo(new RevRnnTaggingOptions())));
                Assert.IsNotNull(Trained.Context.Transforms.RevLstm(searched.ApplyTo(new RevRnnFeaturesOptions())));
                Assert.IsNotNull(Trained.Context.Transforms.Text.RevLanguageModel(searched.ApplyTo(new RevLanguageModelOptions())));
                Assert.IsNotNull(Trained.Context.Transforms.Text.RevTranslation(searched.ApplyTo(new RevTranslationOptions())));
                var tuned = searched.ApplyTo(new RevRnnClassificationOptions { LanguageModel = Trained.LanguageModel });
                Assert.IsNotNull(Trained.Context.MulticlassClassification.Trainers.RevLstm(tuned));
            }
        }
    }

    [TestMethod]
    public void WhatIsNotSearchedStays()
    {
        var template = new RevRnnClassificationOptions { TextColumnName = "Body", Network = new() { ForgettingLimit = ForgettingLimit.OneBit }, Training = new() { Seed = 7 } };

        var options = new RevRnnHyperparameters { HiddenSize = 64, Dropout = 0.1f, Bidirectional = true }.ApplyTo(template);

        Assert.AreEqual("Body", options.TextColumnName);
        Assert.AreEqual(new NetworkOptions { HiddenSize = 64, Bidirectional = true, ForgettingLimit = ForgettingLimit.OneBit }, options.Network);
        Assert.AreEqual(new TrainingOptions { MaximumEpochs = 8, BatchSize = 64, Dropout = 0.1f, Seed = 7 }, options.Training);
        Assert.AreEqual(256, template.Network.HiddenSize);
    }

    /// <summary>A search hands its choice over as JSON.</summary>
    [TestMethod]
    public void AChoiceIsReadFromJson()
    {
        var read = JsonSerializer.Deserialize<RevRnnHyperparameters>("""{"HiddenSize": 512, "LearningRate": 0.001, "Pooling": "Attention", "Bidirectional": true}""", _json)!;

        var options = read.ApplyTo(new RevRnnBinaryClassificationOptions());

        Assert.AreEqual(new NetworkOptions { HiddenSize = 512, Pooling = PoolingKind.Attention, Bidirectional = true }, options.Network);
        Assert.AreEqual(1e-3f, options.Training.LearningRate);
        Assert.AreEqual(64, options.Training.BatchSize);
    }

    private static (object Default, object[] Values) Space(PropertyInfo property)
    {
        if (property.GetCustomAttribute<ChoiceAttribute>() is { } choice)
            return (choice.DefaultValue, choice.Candidates);
        if (property.GetCustomAttribute<BooleanChoiceAttribute>() is { } flag)
            return (flag.DefaultValue, [false, true]);
        var range = property.GetCustomAttribute<SearchSpace.RangeAttribute>()!;
        return (range.Init, [range.Min, range.Init, range.Max]);
    }

    private static object? OfOptions(RevRnnTrainerOptions options, string name)
    {
        foreach (var holder in (object[])[options.Network, options.Training, options])
        {
            if (holder.GetType().GetProperty(name) is { } property)
                return property.GetValue(holder);
        }
        return null;
    }
}
