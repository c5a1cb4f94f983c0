using MathNet.Numerics.LinearAlgebra;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>A random network and a series of its inputs and outputs: h_t = f(A1 x_t + U h_(t-1)), y_t = A2 h_t + noise.</summary>
internal sealed record QuadraticRnnData(Matrix<double> A1, Matrix<double> U, Matrix<double> Inputs, Matrix<double> Outputs)
{
    private const int InputCount = 6;
    private const int Units = 4;
    private const int OutputCount = 5;

    /// <summary>Draws one.</summary>
    /// <param name="steps">T.</param>
    /// <param name="seed">Of all that is random.</param>
    /// <param name="isLinear">Whether f leaves its argument as it is, and does not square it.</param>
    public static QuadraticRnnData Draw(int steps, int seed, bool isLinear = false)
    {
        var random = new Random(seed);
        var a1 = 0.6 * NormalMatrix(InputCount, InputCount, random).QR().Q.SubMatrix(0, Units, 0, InputCount);
        var u = Matrix<double>.Build.Dense(Units, Units, (_, _) => 0.2 * random.NextDouble() - 0.1);
        var a2 = NormalMatrix(OutputCount, Units, random);
        var inputs = NormalMatrix(steps, InputCount, random);
        var driven = inputs * a1.Transpose();
        var states = Matrix<double>.Build.Dense(steps, Units);
        var (state, next) = (new double[Units], new double[Units]);
        for (var t = 0; t < steps; t++)
        {
            for (var j = 0; j < Units; j++)
            {
                var sum = driven[t, j];
                for (var k = 0; k < Units; k++)
                    sum += u[j, k] * state[k];
                states[t, j] = next[j] = isLinear ? sum : sum * sum;
            }
            (state, next) = (next, state);
        }
        return new QuadraticRnnData(a1, u, inputs, states * a2.Transpose() + 0.05 * NormalMatrix(steps, OutputCount, random));
    }

    public SpectralQuadraticRnn? Learn(int seed) => SpectralQuadraticRnn.Fit(Inputs, Outputs, Units, new Random(seed + 99));

    /// <summary>The least |cosine| of a direction with the one that it stands for, and how far U is off, relatively: of the best order of the units.</summary>
    public (double Cosine, double Error) Compare(SpectralQuadraticRnn learned)
    {
        var norms = A1.EnumerateRows().Select(row => row.L2Norm()).ToArray();
        var cosines = learned.Directions * A1.NormalizeRows(2).Transpose();
        var order = Orders([.. Enumerable.Range(0, Units)]).MaxBy(order => Enumerable.Range(0, Units).Sum(j => Math.Abs(cosines[j, order[j]])))!;
        var expected = Matrix<double>.Build.Dense(Units, Units, (j, k) => U[order[j], order[k]] * norms[order[k]] * norms[order[k]] / norms[order[j]]);
        var actual = Matrix<double>.Build.Dense(Units, Units, (j, k) => learned.Recurrent[j, k] * Math.Sign(cosines[j, order[j]]));
        return (Enumerable.Range(0, Units).Min(j => Math.Abs(cosines[j, order[j]])), (actual - expected).FrobeniusNorm() / expected.FrobeniusNorm());
    }

    /// <summary>Standard normal (Box and Muller).</summary>
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static Matrix<double> NormalMatrix(int rows, int columns, Random random)
    {
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
            values[i] = Normal(random);
        return Matrix<double>.Build.DenseOfRowMajor(rows, columns, values);
    }

    private static IEnumerable<int[]> Orders(int[] left)
        => left.Length == 0 ? [[]] : left.SelectMany(first => Orders([.. left.Where(other => other != first)]).Select(rest => (int[])[first, .. rest]));
}
