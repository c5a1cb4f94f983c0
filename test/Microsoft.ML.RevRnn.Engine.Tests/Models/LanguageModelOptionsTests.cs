using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class LanguageModelOptionsTests
{
    [TestMethod]
    public void AnOptionOutOfItsRangeIsNamedWithItsValueAndTheRange()
    {
        var model = new LanguageModelOptions();
        foreach (var (options, name) in ((LanguageModelOptions, string)[])
            [
                (model with { Layout = (TextLayout)2 }, nameof(LanguageModelOptions.Layout)),
                (model with { WindowLength = 4 }, nameof(LanguageModelOptions.WindowLength)),
                (model with { WindowLength = 1_000_001 }, nameof(LanguageModelOptions.WindowLength)),
                (model with { InputDropout = -0.01f }, nameof(LanguageModelOptions.InputDropout)),
                (model with { LayerDropout = 0.96f }, nameof(LanguageModelOptions.LayerDropout)),
                (model with { OutputDropout = 1 }, nameof(LanguageModelOptions.OutputDropout)),
                (model with { EmbeddingDropout = float.NaN }, nameof(LanguageModelOptions.EmbeddingDropout)),
                (model with { WeightDropout = 0.96f }, nameof(LanguageModelOptions.WeightDropout)),
                (model with { SoftmaxSamples = -1 }, nameof(LanguageModelOptions.SoftmaxSamples)),
                (model with { SoftmaxSamples = 1_000_001 }, nameof(LanguageModelOptions.SoftmaxSamples)),
            ])
        {
            foreach (var action in (Action[])[options.Validate, () => (LanguageTask.Counting(2) with { Model = options }).Run()])
            {
                var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(action, name);
                Assert.AreEqual(name, failure.ParamName);
                StringAssert.Contains(failure.Message, $"{name} is ");
            }
        }
    }

    [TestMethod]
    public void TheEndsOfTheRangesAreAllowed()
    {
        var least = new LanguageModelOptions { WindowLength = 5, InputDropout = 0, LayerDropout = 0, OutputDropout = 0, SoftmaxSamples = 0 };
        var most = new LanguageModelOptions
        {
            WindowLength = 1_000_000,
            InputDropout = 0.95f,
            LayerDropout = 0.95f,
            OutputDropout = 0.95f,
            EmbeddingDropout = 0.95f,
            WeightDropout = 0.95f,
            SoftmaxSamples = 1_000_000,
        };

        Assert.IsNull(Refusal.Of(least.Validate));
        Assert.IsNull(Refusal.Of(most.Validate));
    }

    [TestMethod]
    public void RatesThatAreNotGivenAreThoseOfTraining()
    {
        var training = new TrainingOptions { Dropout = 0.3f };

        Assert.AreEqual(new DropoutRates(0.3f, 0.3f, 0.3f), new LanguageModelOptions().Rates(training));
        Assert.AreEqual(
            new DropoutRates(0.1f, 0, 0.2f, 0.4f, 0.5f),
            new LanguageModelOptions { InputDropout = 0.1f, LayerDropout = 0, OutputDropout = 0.2f, EmbeddingDropout = 0.4f, WeightDropout = 0.5f }
                .Rates(training));
    }

    [TestMethod]
    [DataRow(null, 20_000, 0)]
    [DataRow(null, 20_001, 8_192)]
    [DataRow(0, 1_000_000, 0)]
    [DataRow(50, 100, 50)]
    public void OnlyALargeVocabularyIsSampledByItself(int? samples, int vocabulary, int expected) =>
        Assert.AreEqual(expected, new LanguageModelOptions { SoftmaxSamples = samples }.Samples(vocabulary));
}
