namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>What a matrix product is added to.</summary>
internal enum MatrixStart
{
    Zero,
    BiasRow,
    Accumulate,
}
