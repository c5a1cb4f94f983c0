using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Heads;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

[TestClass]
internal sealed class ParameterTests
{
    [TestMethod]
    public void WhatIsWrittenIsReadAgain()
    {
        using var one = Padded("one");
        using var other = Padded("other");
        one.InitializeUniform(3, 0.5f);
        other.InitializeUniform(4, 0.5f);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);

        one.Write(writer);
        writer.Flush();
        Assert.AreEqual(3 * 4 * sizeof(float), stream.Length, "Padding is not written.");
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        other.Read(reader);

        Near.AreSame(one.Values, other.Values, "value");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void AValueThatIsNotFiniteIsRefused(float value)
    {
        using var parameter = Padded("some.name");
        parameter.At(1, 2) = value;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        parameter.Write(writer);
        writer.Flush();
        stream.Position = 0;
        using var reader = new BinaryReader(stream);

        var failure = Assert.ThrowsExactly<FormatException>(() => parameter.Read(reader));

        StringAssert.Contains(failure.Message, "some.name");
    }

    [TestMethod]
    public void InitialValuesAreUniformAndDependOnSeedAndName()
    {
        using var one = Large("a");
        using var same = Large("a");
        using var otherSeed = Large("a");
        using var otherName = Large("b");
        one.InitializeUniform(1, 0.25f);
        same.InitializeUniform(1, 0.25f);
        otherSeed.InitializeUniform(2, 0.25f);
        otherName.InitializeUniform(1, 0.25f);

        Near.AreSame(one.Values, same.Values, "value");
        Assert.IsFalse(one.Values.SequenceEqual(otherSeed.Values));
        Assert.IsFalse(one.Values.SequenceEqual(otherName.Values));
        var values = one.Values.ToArray();
        Assert.IsTrue(values.All(value => Math.Abs(value) <= 0.25f));
        Assert.AreEqual(0, values.Average(), 0.01);
        Assert.AreEqual(0.25 / Math.Sqrt(3), Math.Sqrt(values.Average(value => value * value)), 0.005);
    }

    [TestMethod]
    [DataRow(CellKind.RevLstm)]
    [DataRow(CellKind.RevGru)]
    public void PaddingOfAllParametersIsZero(CellKind cell)
    {
        using var parameters = NetworkParameters.OfSequences(new StackSetup { Cell = cell, Layers = 2, Units = 34 }.Shape, 3);
        parameters.Initialize(5);

        foreach (var parameter in (Parameter[])[parameters.Encoder.Embedding.Value, .. parameters.Dense])
        {
            if (parameter == parameters.Output.Bias)
                continue;
            var filled = parameter.Values.ToArray().Count(value => value != 0);
            Assert.AreEqual(parameter.Rows * parameter.Columns, filled, parameter.Name);
        }
    }

    [TestMethod]
    public void ParametersHaveTheLogicalSizesOfTheEquations()
    {
        const int I = 5, H = 6, P = 3, Layers = 2, C = 3, V = 11;
        foreach (var (cell, gates) in ((CellKind, int)[])[(CellKind.RevLstm, 5), (CellKind.RevGru, 3)])
        {
            using var parameters = NetworkParameters.OfSequences(new StackSetup { Cell = cell, Layers = Layers, Units = H }.Shape, C);
            var expected = 2 * gates * P * (I + P + 1) + 2 * gates * P * (H + P + 1) + C * (3 * H + 1);

            Assert.AreEqual(expected, parameters.Dense.Sum(parameter => parameter.Rows * parameter.Columns));
            Assert.AreEqual(V * I, parameters.Encoder.Embedding.Value.Rows * parameters.Encoder.Embedding.Value.Columns);
            Assert.AreEqual(parameters.Dense.Count(), parameters.Dense.Select(parameter => parameter.Name).Distinct().Count());
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-2)]
    [DataRow(7)]
    public void UnitsMustBeEvenAndPositive(int units) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CellShape(CellKind.RevGru, 3, units));

    private static Parameter Padded(string name) => new(name, [0, 2, 5], 6, [1, 2, 4, 7], 8);

    private static Parameter Large(string name) => new(name, Parameter.Identity(100), 100, Parameter.Identity(100), 100);
}
