using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed unsafe class FixedPointLanesTests
{
    [TestMethod]
    public void LostBitsAreNeverBelowTheLogarithmAndAtMostAFewUnitsAbove()
    {
        var table = LostBitTable.Create();

        for (var z = 1; z <= 1024; z++)
        {
            var exact = Math.Log2(1024.0 / z + 1.0 / (1 << 18)) * 65536;
            Assert.IsTrue(table[z] >= exact, $"Z = {z}: {table[z]} is below {exact}.");
            Assert.IsTrue(table[z] <= exact + 5, $"Z = {z}: {table[z]} is far above {exact}.");
        }
        Assert.AreEqual(1, table[1024]);
    }

    [TestMethod]
    public void ADigitsBitsAreNeverBelowTheLogarithmOfItsBaseAndAtMostAFewUnitsAbove()
    {
        var table = LostBitTable.CreateOfRadix<F32x4, I32x4>();

        for (var n = 1; n <= 1024; n++)
        {
            var exact = Math.Log2(n) * 65536;
            Assert.IsTrue(table[n] >= exact, $"n = {n}: {table[n]} is below {exact}.");
            Assert.IsTrue(table[n] <= exact + 3, $"n = {n}: {table[n]} is far above {exact}.");
        }
        Assert.AreEqual(0, table[1]);
    }

    [TestMethod]
    public void LostBitsAreTheSameAtAllWidths()
    {
        CollectionAssert.AreEqual(LostBitTable.CreateOfRadix<F32x4, I32x4>(), LostBitTable.CreateOfRadix<F32x8, I32x8>());
        CollectionAssert.AreEqual(LostBitTable.CreateOfRadix<F32x4, I32x4>(), LostBitTable.CreateOfRadix<F32x16, I32x16>());
        CollectionAssert.AreEqual(LostBitTable.Create<F32x4, I32x4>(), LostBitTable.Create<F32x8, I32x8>());
        CollectionAssert.AreEqual(LostBitTable.Create<F32x4, I32x4>(), LostBitTable.Create<F32x16, I32x16>());
    }

    [TestMethod]
    public void GatesAreRoundedToEvenAndKeptInRange()
    {
        Assert.AreEqual(1f, Quantize(0, 1));
        Assert.AreEqual(1f, Quantize(0.4f / 1024, 1));
        Assert.AreEqual(2f, Quantize(1.5f / 1024, 1));
        Assert.AreEqual(2f, Quantize(2.5f / 1024, 1));
        Assert.AreEqual(512f, Quantize(0.5f, 1));
        Assert.AreEqual(1024f, Quantize(1, 1));
        Assert.AreEqual(1019f, Quantize(1, 1, 1019));
        Assert.AreEqual(1024f, Quantize(0.5f, 1024, 1019));
    }

    [TestMethod]
    public void StatesAreRoundedToEven()
    {
        const float One = 1 << 23;
        Assert.AreEqual(1 << 23, FromFloat(1));
        Assert.AreEqual(-(1 << 23), FromFloat(-1));
        Assert.AreEqual(0, FromFloat(0.5f / One));
        Assert.AreEqual(2, FromFloat(1.5f / One));
        Assert.AreEqual(-2, FromFloat(-1.5f / One));
        Assert.AreEqual(2, FromFloat(2.5f / One));
    }

    private static float Quantize(float gate, float minimum, float maximum = 1024)
    {
        var result = stackalloc float[4];
        FixedPointLanes.Quantize<F32x4, I32x4>(F32x4.Broadcast(gate), F32x4.Broadcast(minimum), F32x4.Broadcast(maximum)).Store(result);
        return result[0];
    }

    private static int FromFloat(float value)
    {
        var result = stackalloc int[4];
        FixedPointLanes.FromFloat<F32x4, I32x4>(F32x4.Broadcast(value)).Store(result);
        return result[0];
    }
}
