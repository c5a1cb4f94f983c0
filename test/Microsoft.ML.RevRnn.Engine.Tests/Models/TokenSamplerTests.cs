using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The choice of tokens against a naive one.</summary>
[TestClass]
internal sealed class TokenSamplerTests
{
    private const int VocabularySize = 12;

    [TestMethod]
    [DataRow(1f, null, 1f)]
    [DataRow(0f, null, 1f)]
    [DataRow(0.5f, null, 1f)]
    [DataRow(2f, null, 1f)]
    [DataRow(1f, 1, 1f)]
    [DataRow(1f, 3, 1f)]
    [DataRow(1f, 11, 1f)]
    [DataRow(1f, 12, 1f)]
    [DataRow(1f, 500, 1f)]
    [DataRow(1f, null, 0.001f)]
    [DataRow(1f, null, 0.3f)]
    [DataRow(1f, null, 0.7f)]
    [DataRow(1f, null, 0.95f)]
    [DataRow(1.5f, 5, 0.6f)]
    [DataRow(0.8f, 4, 0.9f)]
    public void ChoicesAreThoseOfTheNaiveSampler(float temperature, int? topK, float topP)
    {
        foreach (var (allowsUnknown, stopsAtEnd) in ((bool, bool)[])[(false, true), (true, true), (true, false), (false, false)])
        {
            CheckSame(new GenerationOptions
            {
                Temperature = temperature,
                TopK = topK,
                TopP = topP,
                AllowsUnknown = allowsUnknown,
                StopsAtEnd = stopsAtEnd,
                Seed = 3,
            });
        }
    }

    [TestMethod]
    [DataRow(1f, 1)]
    [DataRow(1f, 2)]
    [DataRow(1f, 5)]
    [DataRow(1f, 400)]
    [DataRow(0f, 1)]
    [DataRow(0f, 4)]
    public void TokensOfTheLastPlacesAreChosenLess(float temperature, int window)
    {
        foreach (var penalty in (float[])[1, 1.3f, 4])
            CheckSame(new GenerationOptions { Temperature = temperature, RepetitionPenalty = penalty, RepetitionWindow = window });
    }

    [TestMethod]
    public void AnotherSeedChoosesOthers()
    {
        var first = Choices(new GenerationOptions { Seed = 1 });

        CollectionAssert.AreEqual(first, Choices(new GenerationOptions { Seed = 1 }));
        CollectionAssert.AreNotEqual(first, Choices(new GenerationOptions { Seed = 2 }));
    }

    private static void CheckSame(GenerationOptions options)
    {
        var expected = new NaiveSampler(options);
        var naive = Choices(expected.Choose, expected.Note);

        CollectionAssert.AreEqual(naive, Choices(options), $"{options}");
        Assert.IsTrue(options.TopK == 1 || options.TopP < 0.1f || naive.Distinct().Count() > 2, $"{options}");
    }

    private static int[] Choices(GenerationOptions options)
    {
        var sampler = new TokenSampler(options, VocabularySize);
        return Choices(distribution => sampler.Choose(distribution), sampler.Note);
    }

    /// <summary>Of 300 distributions, none of which has equal probabilities.</summary>
    private static int[] Choices(Func<float[], int> choose, Action<int> note)
    {
        var random = new Random(4);
        var choices = new int[300];
        for (var i = 0; i < choices.Length; i++)
        {
            var scores = new double[VocabularySize];
            foreach (ref var score in scores.AsSpan())
                score = 3 * random.NextDouble();
            var sum = scores.Sum(Math.Exp);
            choices[i] = choose(Array.ConvertAll(scores, score => (float)(score - Math.Log(sum))));
            note(choices[i]);
        }
        return choices;
    }
}
