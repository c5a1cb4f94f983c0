using MathNet.Numerics.LinearAlgebra;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Spectral learning of a recurrent network from inputs and outputs, without gradients or iterations (after Sedghi and Anandkumar 2016, in its smallest form): h_t = (A1 x_t + U h_(t-1))^2 unit by unit,
/// y_t = A2 h_t + noise, x_t independent and standard normal. It stands in the tests, not in the library: tokens of a text have no density that could be differentiated, so it is not for texts.
/// </summary>
/// <remarks>
/// For a standard normal density the second score function is x x^T - I, so by Stein's identity T_i = E[(y_i - mean) x x^T] = 2 sum_j A2_ij a_j a_j^T, a_j being row j of A1: a tensor of rank H. Two random
/// mixes of the T_i have the same a_j, with other factors, so these are the eigenvectors of M1 M2^-1 (Jennrich). Least squares give A2_ij |a_j|^2, and with its pseudo-inverse the h_t,j |a_j|^-2, of
/// which the regression of h_t,j (a_j x_t) on h_(t-1) has the slope 2 U_j. A scale of each unit and its sign, and the order of the units, cannot be known.
/// </remarks>
internal sealed class SpectralQuadraticRnn
{
    private const int Trials = 20;

    private SpectralQuadraticRnn(Matrix<double> directions, Matrix<double> output, Matrix<double> recurrent, double residual)
    {
        (Directions, Output, Recurrent, Residual) = (directions, output, recurrent, residual);
    }

    /// <summary>[H, I]: a_j / |a_j|, but for its sign.</summary>
    public Matrix<double> Directions { get; }

    /// <summary>[O, H]: A2_ij |a_j|^2.</summary>
    public Matrix<double> Output { get; }

    /// <summary>[H, H]: U_jk |a_k|^2 / |a_j|, each row with the sign of its direction.</summary>
    public Matrix<double> Recurrent { get; }

    /// <summary>|T - fitted T| / |T|, T being that of half of the data and the fit by the other: 1 or more where the data are of no such network.</summary>
    public double Residual { get; }

    /// <summary>Learns the network.</summary>
    /// <param name="inputs">[T, I], independent and standard normal.</param>
    /// <param name="outputs">[T, O].</param>
    /// <param name="units">H, at most I and O.</param>
    /// <param name="random">Draws the mixes.</param>
    /// <returns>Null where no mix has real eigenvectors: the data are of no such network.</returns>
    public static SpectralQuadraticRnn? Fit(Matrix<double> inputs, Matrix<double> outputs, int units, Random random)
    {
        if (FitTensor(Slices(inputs, outputs), units, random) is not { } fitted)
            return null;
        var output = fitted.Factors / 2;
        return new SpectralQuadraticRnn(fitted.Directions, output, Recurrence(inputs, outputs, fitted.Directions, output), Left(inputs, outputs, units, random));
    }

    /// <summary>How much of the second half's tensor is left of what the first half says: noise is explained by what has seen it only.</summary>
    private static double Left(Matrix<double> inputs, Matrix<double> outputs, int units, Random random)
    {
        var half = inputs.RowCount / 2;
        Matrix<double>[] Part(int first) => Slices(inputs.SubMatrix(first, half, 0, inputs.ColumnCount), outputs.SubMatrix(first, half, 0, outputs.ColumnCount));
        if (FitTensor(Part(0), units, random) is not { } fitted)
            return 1;
        var seen = Tensor(Part(half));
        return (seen - fitted.Factors * Products(fitted.Directions).Transpose()).FrobeniusNorm() / seen.FrobeniusNorm();
    }

    /// <summary>The best of several pairs of mixes: directions [H, I], and factors [O, H] of their products. Null where none has real eigenvectors.</summary>
    private static (Matrix<double> Directions, Matrix<double> Factors)? FitTensor(Matrix<double>[] slices, int units, Random random)
    {
        var tensor = Tensor(slices);
        (Matrix<double> Directions, Matrix<double> Factors)? best = null;
        var least = double.PositiveInfinity;
        for (var trial = 0; trial < Trials; trial++)
        {
            if (FindDirections(slices, units, random) is not { } directions)
                continue;
            var products = Products(directions);
            var factors = products.QR().Solve(tensor.Transpose()).Transpose();
            var error = (tensor - factors * products.Transpose()).FrobeniusNorm();
            if (error >= least)
                continue;
            (best, least) = ((directions, factors), error);
        }
        return best;
    }

    /// <summary>[O, I I]: a slice a row.</summary>
    private static Matrix<double> Tensor(Matrix<double>[] slices)
        => Matrix<double>.Build.DenseOfRowVectors(slices.Select(slice => Vector<double>.Build.DenseOfArray(slice.ToRowMajorArray())));

    /// <summary>[I I, H]: a a^T of each direction a column.</summary>
    private static Matrix<double> Products(Matrix<double> directions) => Matrix<double>.Build.DenseOfColumnVectors(directions.EnumerateRows().Select(
        direction => Vector<double>.Build.DenseOfArray(direction.OuterProduct(direction).ToRowMajorArray())));

    /// <summary>T_i = E[(y_i - mean) x x^T].</summary>
    private static Matrix<double>[] Slices(Matrix<double> inputs, Matrix<double> outputs)
    {
        var means = outputs.ColumnSums() / outputs.RowCount;
        return [.. Enumerable.Range(0, outputs.ColumnCount).Select(i =>
        {
            var weighted = inputs.Clone();
            for (var t = 0; t < inputs.RowCount; t++)
            {
                var weight = outputs[t, i] - means[i];
                for (var column = 0; column < inputs.ColumnCount; column++)
                    weighted[t, column] *= weight;
            }
            return weighted.TransposeThisAndMultiply(inputs) / inputs.RowCount;
        })];
    }

    /// <summary>The directions by two random mixes; null where some are not real.</summary>
    private static Matrix<double>? FindDirections(Matrix<double>[] slices, int units, Random random)
    {
        var (first, second) = (Mix(slices, random), Mix(slices, random));
        var projection = second.Svd().U.SubMatrix(0, second.RowCount, 0, units);
        var (projectedFirst, projectedSecond) = (projection.TransposeThisAndMultiply(first) * projection, projection.TransposeThisAndMultiply(second) * projection);
        var eigen = (projectedFirst * projectedSecond.Inverse()).Evd();
        return eigen.EigenValues.Any(value => Math.Abs(value.Imaginary) > 1e-9) ? null : (projection * eigen.EigenVectors).NormalizeColumns(2).Transpose();
    }

    private static Matrix<double> Mix(Matrix<double>[] slices, Random random)
        => slices.Select(slice => slice * QuadraticRnnData.Normal(random)).Aggregate((left, right) => left + right);

    private static Matrix<double> Recurrence(Matrix<double> inputs, Matrix<double> outputs, Matrix<double> directions, Matrix<double> output)
    {
        var steps = inputs.RowCount - 1;
        var states = outputs * output.PseudoInverse().Transpose();
        var projected = inputs * directions.Transpose();
        var before = Matrix<double>.Build.Dense(steps, 1, 1).Append(states.SubMatrix(0, steps, 0, states.ColumnCount));
        var products = states.SubMatrix(1, steps, 0, states.ColumnCount).PointwiseMultiply(projected.SubMatrix(1, steps, 0, projected.ColumnCount));
        var slopes = before.TransposeThisAndMultiply(before).Cholesky().Solve(before.TransposeThisAndMultiply(products));
        return slopes.SubMatrix(1, states.ColumnCount, 0, states.ColumnCount).Transpose() / 2;
    }
}
