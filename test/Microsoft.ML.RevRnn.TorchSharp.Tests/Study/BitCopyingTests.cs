using Microsoft.ML.RevRnn.Benchmarks;

namespace Microsoft.ML.RevRnn.Torch.Tests;

/// <summary>The copy task of the suite `study`.</summary>
[TestClass]
public sealed class BitCopyingTests
{
    [TestMethod]
    public void MachineAndLstmHaveAboutAsManyValuesAndGuessHalfTheBitsUntilTheyLearn()
    {
        var (machine, lstm) = BitCopying.Create(seed: 1);
        using (machine)
        using (lstm)
        {
            var (values, rival) = (BitCopying.Count(machine), BitCopying.Count(lstm));
            Assert.IsLessThanOrEqualTo(values, rival);
            Assert.IsGreaterThan(0.95 * values, rival);
            foreach (var module in new[] { machine, lstm })
                Assert.AreEqual(0.5, BitCopying.WrongBits(module, BitCopying.Longest) / (BitCopying.Longest * BitCopying.Width), 0.05);

            BitCopying.Train(lstm, updates: 1, seed: 1);

            Assert.IsTrue(lstm.parameters().All(parameter => parameter.isfinite().all().item<bool>()));
        }
    }
}
