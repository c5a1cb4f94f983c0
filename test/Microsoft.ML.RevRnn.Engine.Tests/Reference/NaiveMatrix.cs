namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>The matrix product as its definition reads.</summary>
internal static unsafe class NaiveMatrix
{
    /// <summary>start + sum over k of a[k aStep] b[k bStep], in ascending k, each multiply-add rounded once; a null b is a column of zeros.</summary>
    public static float Element(int depth, float* a, int aStep, float* b, int bStep, float start)
    {
        var sum = start;
        for (var k = 0; k < depth; k++)
            sum = MathF.FusedMultiplyAdd(a[k * aStep], b == null ? 0 : b[k * bStep], sum);
        return sum;
    }
}
