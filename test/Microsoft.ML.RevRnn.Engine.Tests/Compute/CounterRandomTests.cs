using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class CounterRandomTests
{
    [TestMethod]
    public void UniformNumbersAreSpreadEvenly()
    {
        const int Count = 100_000;
        var key = CounterRandom.Key(3, 4);
        var bins = new int[10];
        for (var i = 0; i < Count; i++)
        {
            var value = CounterRandom.Uniform(key, (ulong)i);
            Assert.IsTrue(value is >= 0 and < 1);
            bins[(int)(value * 10)]++;
        }
        foreach (var bin in bins)
            Assert.AreEqual(Count / 10, bin, 600);
    }

    [TestMethod]
    public void KeysOfDifferentUsesDiffer()
    {
        var keys = new HashSet<ulong>();
        for (var seed = 0UL; seed < 20; seed++)
        {
            for (var use = 0UL; use < 20; use++)
            {
                for (var index = 0UL; index < 20; index++)
                    Assert.IsTrue(keys.Add(CounterRandom.Key(seed, use, index)), $"{seed}, {use}, {index}");
            }
        }
    }

    [TestMethod]
    public void LanesAreTheSameAtAllWidthsAndSpreadEvenly()
    {
        const int Count = 65_536;
        var counters = new int[Count];
        for (var i = 0; i < Count; i++)
            counters[i] = i;
        var bits = Bits<I32x4>(counters, 4, 12345);

        CollectionAssert.AreEqual(bits, Bits<I32x8>(counters, 8, 12345));
        CollectionAssert.AreEqual(bits, Bits<I32x16>(counters, 16, 12345));
        CollectionAssert.AreNotEqual(bits, Bits<I32x16>(counters, 16, 12346));
        var bins = new int[8];
        foreach (var value in bits)
            bins[value >> 28]++;
        foreach (var bin in bins)
            Assert.AreEqual(Count / 8, bin, 500);
    }

    private static int[] Bits<TInt>(int[] counters, int count, int key)
        where TInt : struct, IIntLane<TInt>
    {
        var bits = new int[counters.Length];
        fixed (int* source = counters, target = bits)
        {
            for (var i = 0; i < counters.Length; i += count)
                CounterRandom.Bits31(TInt.Load(source + i), key).Store(target + i);
        }
        return bits;
    }
}
