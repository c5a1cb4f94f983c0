using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>Weights rounded to 8 bits, and how they are written.</summary>
[TestClass]
internal sealed class Int8WeightTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void EachWeightIsTheNearestMultipleOfItsOutputsScale(bool hasOutputColumns)
    {
        var random = new Random(5);
        using var before = Matrix(hasOutputColumns);
        using var parameter = Matrix(hasOutputColumns);
        for (var row = 0; row < before.Rows; row++)
        {
            // Of all sizes, and an output of zeros.
            var size = row == 3 || hasOutputColumns ? 1 : MathF.Pow(10, random.Next(-30, 30));
            for (var column = 0; column < before.Columns; column++)
                before.At(row, column) = (hasOutputColumns ? column : row) == 2 ? 0 : size * (float)(random.NextDouble() - 0.5);
        }
        parameter.CopyValuesFrom(before);

        parameter.RoundToInt8();

        Assert.IsTrue(parameter.IsInt8);
        Assert.AreEqual(hasOutputColumns ? parameter.Columns : parameter.Rows, parameter.Scales.Length);
        for (var row = 0; row < before.Rows; row++)
        {
            for (var column = 0; column < before.Columns; column++)
            {
                var scale = (double)parameter.Scales[hasOutputColumns ? column : row];
                Assert.IsLessThanOrEqualTo(scale / 2, Math.Abs((double)before.At(row, column) - parameter.At(row, column)), $"{row}, {column}");
                Assert.IsTrue(scale == 0 || parameter.At(row, column) / scale % 1 == 0, $"{row}, {column}");
            }
        }
        Assert.AreEqual(0, parameter.Scales[2]);
    }

    /// <summary>Of padding nothing is read or written: it stays zero.</summary>
    [TestMethod]
    public void WhatIsWrittenIsReadAgain()
    {
        foreach (var hasOutputColumns in (bool[])[false, true])
        {
            using var one = Matrix(hasOutputColumns);
            using var other = Matrix(hasOutputColumns);
            one.InitializeUniform(3, 0.5f);
            one.RoundToInt8();
            var content = Models.Bytes(one.Write);

            Read(other, content);

            Assert.HasCount(2 * one.Scales.Length + one.Rows * one.Columns, content);
            Near.AreSame(one.Values, other.Values, "value");
            Near.AreSame(one.Scales, other.Scales, "scale");
            CollectionAssert.AreEqual(content, Models.Bytes(other.Write));
        }
    }

    [TestMethod]
    public void WhatIsRoundedStaysSo()
    {
        using var parameter = Matrix(false);
        parameter.InitializeUniform(3, 0.5f);
        parameter.RoundToInt8();
        var values = parameter.Values.ToArray();
        using var copy = Matrix(false);

        parameter.RoundToInt8();
        copy.CopyValuesFrom(parameter);

        Near.AreSame(values, parameter.Values, "value");
        Assert.IsFalse(copy.IsInt8, "Scales are not copied with values.");
    }

    [TestMethod]
    public void BiasesAndWhatMakesWeightsStayFloats()
    {
        foreach (var cell in Enum.GetValues<CellKind>())
        {
            using var parameters = NetworkParameters.OfNextTokens(new NetworkShape(new NetworkOptions { Cell = cell, EmbeddingSize = 6, HiddenSize = 8 }, 9));
            parameters.Initialize(2);
            foreach (var parameter in parameters.All)
            {
                var values = parameter.Values.ToArray();
                parameter.RoundToInt8();
                Assert.AreEqual(!parameter.Name.EndsWith("bias", StringComparison.Ordinal) && !parameter.Name.EndsWith("recurrence", StringComparison.Ordinal), parameter.IsInt8, $"{cell} {parameter.Name}");
                Assert.AreEqual(parameter.IsInt8, !values.AsSpan().SequenceEqual(parameter.Values), $"{cell} {parameter.Name}");
            }
        }
    }

    [TestMethod]
    [DataRow(0x7FC0, "scale")]
    [DataRow(0x7F80, "scale")]
    // 127 times it is not finite.
    [DataRow(0x7F00, "scale")]
    [DataRow(0x8000, "scale")]
    [DataRow(0xBF80, "scale")]
    [DataRow(0, "times 0")]
    public void AScaleThatIsNoneIsRefused(int bits, string message)
    {
        using var parameter = Matrix(false);
        parameter.InitializeUniform(3, 0.5f);
        parameter.RoundToInt8();
        var content = Models.Bytes(parameter.Write);
        BitConverter.TryWriteBytes(content.AsSpan(2), (ushort)bits);
        using var other = Matrix(false);

        var failure = Assert.ThrowsExactly<FormatException>(() => Read(other, content));

        StringAssert.Contains(failure.Message, message);
        StringAssert.Contains(failure.Message, "some.name");
    }

    [TestMethod]
    public void AValueWithoutACounterpartIsRefused()
    {
        using var parameter = Matrix(true);
        parameter.InitializeUniform(3, 0.5f);
        parameter.RoundToInt8();
        var content = Models.Bytes(parameter.Write);
        content[^1] = 0x80;

        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => Read(parameter, content)).Message, "-128");
    }

    [TestMethod]
    [DataRow(8)]
    [DataRow(5)]
    public void AScaleIsTheLeastThatReaches(int bits)
    {
        var random = new Random(6);
        float[] largest = [0, float.Epsilon, 1e-42f, 1, 127, 128, float.MaxValue / 2, .. Enumerable.Range(0, 500).Select(_ => MathF.Pow(10, 70 * random.NextSingle() - 35))];
        foreach (var value in largest)
        {
            var scale = Int8.Scale(value, bits);
            var pattern = BitConverter.SingleToUInt32Bits(scale);
            var step = 1u << (24 - bits);
            Assert.AreEqual(0u, pattern % step, $"{value}");
            Assert.IsGreaterThanOrEqualTo((double)value, (double)scale * Int8.Most, $"{value}");
            Assert.IsTrue(scale == 0 ? value == 0 : (double)BitConverter.UInt32BitsToSingle(pattern - step) * Int8.Most < value, $"{value}");
        }
        // No larger scale has finite multiples.
        Assert.IsTrue(float.IsFinite(Int8.Scale(float.MaxValue, bits) * Int8.Most));
        Assert.AreEqual(Int8.Most, Int8.Round(float.MaxValue, Int8.Scale(float.MaxValue, bits)));
    }

    [TestMethod]
    public void MultiplesAreExactAndFoundAgain()
    {
        foreach (var largest in (float[])[float.Epsilon, 1e-40f, 3e-7f, 0.3f, 1, 1e30f, float.MaxValue])
        {
            var scale = Int8.Scale(largest);
            for (var q = -Int8.Most; q <= Int8.Most; q++)
            {
                Assert.AreEqual((double)scale * q, scale * q);
                Assert.AreEqual(q, Int8.Round(scale * q, scale));
            }
        }
    }

    private static void Read(Parameter parameter, byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        parameter.Read(reader, WeightPrecision.Int8);
    }

    private static Parameter Matrix(bool hasOutputColumns) => new("some.name", [0, 2, 5, 6, 7], 9, [1, 2, 4, 7], 8) { HasOutputColumns = hasOutputColumns };
}
