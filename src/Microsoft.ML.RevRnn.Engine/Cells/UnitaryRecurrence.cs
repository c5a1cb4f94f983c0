using System.Numerics;
using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Cells;

/// <summary>
/// The recurrent map of a unitary RNN (Arjovsky, Shah and Bengio 2016): W = D3 R2 F^-1 D2 Pi R1 F D1 on n = H / 2 complex units, from right to left: phases
/// D = diag(e^(i theta)), Fourier transform F, reflection R = I - 2 v v^H / |v|^2, fixed permutation Pi. Every factor is unitary, so W is for any learned values,
/// and gradients through it neither vanish nor grow. Learned, [8, n]: theta of D1, D2, D3; Re v and Im v of R1, then of R2; the bias b of modReLU.
/// </summary>
/// <remarks>
/// W is made as a matrix of 2n x 2n real values, whose columns are those of W: 60 n^2 operations or so once a batch, against 8 n^2 a row and step of the matrix
/// product, which runs at many times the speed of the factors.
/// </remarks>
internal sealed class UnitaryRecurrence : MadeRecurrence
{
    /// <summary>Rows of what is learned.</summary>
    public const int LearnedRows = 8;

    private const int BiasRow = 7, FirstReflection = 3, Stages = 8;

    private readonly int _n;
    private readonly FourierTransform _fourier;
    private readonly int[] _permutation;
    private readonly Complex[] _phases;
    private readonly Complex[] _vectors;
    private readonly double[] _squares = new double[2];
    private readonly Complex[] _vectorGradients;
    private readonly Complex[] _column;
    private readonly Complex[] _gradient;

    /// <param name="shape">Of the layer.</param>
    /// <param name="permutation">Pi: y_new[k] = y[permutation[k]]; null for the one that is a function of n alone.</param>
    public UnitaryRecurrence(CellShape shape, int[]? permutation = null)
        : base(shape, LearnedRows, shape.Units / 2)
    {
        _n = shape.Units / 2;
        _fourier = new FourierTransform(_n);
        _permutation = permutation ?? Permutation(_n);
        _phases = new Complex[3 * _n];
        _vectors = new Complex[2 * _n];
        _vectorGradients = new Complex[2 * _n];
        _column = new Complex[(Stages + 1) * _n];
        _gradient = new Complex[_n];
    }

    /// <summary>As in the authors' code: phases uniform over the circle, reflections by Glorot's rule for [2, 2n], b within 0.01.</summary>
    public override float InitialBound(int row) => row < FirstReflection ? MathF.PI : row < BiasRow ? MathF.Sqrt(6f / (2 + 2 * _n)) : 0.01f;

    public override void Make()
    {
        for (var i = 0; i < _phases.Length; i++)
            _phases[i] = FourierTransform.Phase(Learned[i]);
        for (var reflection = 0; reflection < 2; reflection++)
        {
            _squares[reflection] = 0;
            for (var k = 0; k < _n; k++)
            {
                var v = new Complex(Learned[(FirstReflection + 2 * reflection) * _n + k], Learned[(FirstReflection + 2 * reflection + 1) * _n + k]);
                _vectors[reflection * _n + k] = v;
                _squares[reflection] += v.Real * v.Real + v.Imaginary * v.Imaginary;
            }
        }
        for (var k = 0; k < _n; k++)
        {
            Run(k);
            var column = Stage(Stages);
            var ofReal = Hidden.AsSpan(2 * k * 2 * _n, 2 * _n);
            var ofImaginary = Hidden.AsSpan((2 * k + 1) * 2 * _n, 2 * _n);
            for (var j = 0; j < _n; j++)
            {
                (ofReal[2 * j], ofReal[2 * j + 1]) = (column[j].Real, column[j].Imaginary);
                (ofImaginary[2 * j], ofImaginary[2 * j + 1]) = (-column[j].Imaginary, column[j].Real);
            }
            Bias[2 * _n + 2 * k] = Learned[BiasRow * _n + k];
        }
    }

    public override void PullBack()
    {
        Array.Clear(LearnedGradient);
        Array.Clear(_vectorGradients);
        for (var k = 0; k < _n; k++)
        {
            Run(k);
            var ofReal = HiddenGradient.AsSpan(2 * k * 2 * _n, 2 * _n);
            var ofImaginary = HiddenGradient.AsSpan((2 * k + 1) * 2 * _n, 2 * _n);
            for (var j = 0; j < _n; j++)
                _gradient[j] = new Complex(ofReal[2 * j] + ofImaginary[2 * j + 1], ofReal[2 * j + 1] - ofImaginary[2 * j]);
            RunBack();
            LearnedGradient[BiasRow * _n + k] = BiasGradient[2 * _n + 2 * k];
        }
        for (var reflection = 0; reflection < 2; reflection++)
        {
            for (var k = 0; k < _n; k++)
            {
                var gradient = _vectorGradients[reflection * _n + k];
                LearnedGradient[(FirstReflection + 2 * reflection) * _n + k] = gradient.Real;
                LearnedGradient[(FirstReflection + 2 * reflection + 1) * _n + k] = gradient.Imaginary;
            }
        }
    }

    /// <summary>[n]: the column under way after so many factors.</summary>
    private Span<Complex> Stage(int stage) => _column.AsSpan(stage * _n, _n);

    private Span<Complex> Next(int stage)
    {
        Stage(stage - 1).CopyTo(Stage(stage));
        return Stage(stage);
    }

    /// <summary>Column k of W, and what it was after each factor.</summary>
    private void Run(int k)
    {
        Stage(0).Clear();
        Stage(0)[k] = Complex.One;
        Turn(Next(1), 0);
        _fourier.Forward(Next(2));
        Reflect(Next(3), 0);
        for (var i = 0; i < _n; i++)
            Stage(4)[i] = Stage(3)[_permutation[i]];
        Turn(Next(5), 1);
        _fourier.Inverse(Next(6));
        Reflect(Next(7), 1);
        Turn(Next(8), 2);
    }

    /// <summary>From the gradient by a column, dL = Re(gradient^H dcolumn), to those by what is learned.</summary>
    private void RunBack()
    {
        TurnBack(8, 2);
        ReflectBack(6, 1);
        _fourier.Forward(_gradient);
        TurnBack(5, 1);
        var permuted = Stage(Stages);
        _gradient.CopyTo(permuted);
        for (var i = 0; i < _n; i++)
            _gradient[_permutation[i]] = permuted[i];
        ReflectBack(2, 0);
        _fourier.Inverse(_gradient);
        TurnBack(1, 0);
    }

    private void Turn(Span<Complex> values, int phases)
    {
        for (var i = 0; i < _n; i++)
            values[i] *= _phases[phases * _n + i];
    }

    /// <summary>Through y := e^(i theta) y, whose result is a stage: dy / dtheta = i y.</summary>
    private void TurnBack(int stage, int phases)
    {
        var after = Stage(stage);
        for (var i = 0; i < _n; i++)
        {
            var g = _gradient[i];
            LearnedGradient[phases * _n + i] += g.Imaginary * after[i].Real - g.Real * after[i].Imaginary;
            _gradient[i] = g * Complex.Conjugate(_phases[phases * _n + i]);
        }
    }

    /// <summary>y - 2 v (v^H y) / |v|^2; nothing where v is zero.</summary>
    private void Reflect(Span<Complex> values, int reflection)
    {
        if (_squares[reflection] == 0)
            return;
        var v = _vectors.AsSpan(reflection * _n, _n);
        var share = Product(v, values) * (2 / _squares[reflection]);
        for (var i = 0; i < _n; i++)
            values[i] -= v[i] * share;
    }

    /// <summary>Through a reflection that read a stage. The reflection is its own adjoint.</summary>
    private void ReflectBack(int stage, int reflection)
    {
        var square = _squares[reflection];
        if (square == 0)
            return;
        var v = _vectors.AsSpan(reflection * _n, _n);
        var read = Stage(stage);
        var a = Product(v, read);
        var c = Product(_gradient, v);
        var ofLength = 4 * (c * a).Real / (square * square);
        for (var i = 0; i < _n; i++)
            _vectorGradients[reflection * _n + i] += v[i] * ofLength - (Complex.Conjugate(a) * _gradient[i] + c * read[i]) * (2 / square);
        Reflect(_gradient, reflection);
    }

    /// <summary>left^H right.</summary>
    private static Complex Product(ReadOnlySpan<Complex> left, ReadOnlySpan<Complex> right)
    {
        var sum = Complex.Zero;
        for (var i = 0; i < left.Length; i++)
            sum += Complex.Conjugate(left[i]) * right[i];
        return sum;
    }

    private static int[] Permutation(int n)
    {
        var key = CounterRandom.Key(0, RandomUse.UnitaryPermutation, (ulong)n);
        var permutation = new int[n];
        for (var i = 0; i < n; i++)
        {
            var j = (int)(CounterRandom.Mix(key + (ulong)i) % (ulong)(i + 1));
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        return permutation;
    }
}
