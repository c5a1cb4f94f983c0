using Microsoft.ML.RevRnn.Cells;
using Microsoft.ML.RevRnn.Networks;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A layer of any cell whose weights are learned themselves, in double precision, a sequence at a time and without rounding: what its gates read is as the cell's spec says, what the states
/// become of them is in <see cref="CellEquations"/>, and the gradients are those of a <see cref="Variable"/>.
/// </summary>
internal sealed class NaiveLayer
{
    private readonly Variable?[][] _input;
    private readonly Variable?[][] _hidden;
    private readonly Variable[][] _bias;
    private readonly Variable?[] _inner;
    private readonly List<Variable> _kept = [];

    /// <param name="shape">Sizes.</param>
    /// <param name="range">m of z = m sigmoid(a) + (1 - m), 1 without a limit.</param>
    /// <param name="value">A weight by half, gate, unit and column: the inputs, the hidden units of the half that is read, and the bias.</param>
    /// <param name="inner">A weight of a stage by stage, row and column, which are those of its matrix [R P, G P].</param>
    public NaiveLayer(CellShape shape, double range, Func<int, int, int, int, double> value, Func<int, int, int, double> inner)
    {
        Shape = shape;
        Range = range;
        var (inputs, size) = (shape.Inputs, shape.Half);
        _input = Matrices((half, gate) => gate.Spec.ReadsInput ? Matrix(half, gate.Index, 0, inputs) : null);
        _hidden = Matrices((half, gate) => gate.Spec.ReadsHidden ? Matrix(half, gate.Index, inputs, size) : null);
        _bias = Matrices((half, gate) => Matrix(half, gate.Index, inputs + size, 1));
        _inner = new Variable?[shape.GateCount];
        foreach (var (s, stage) in shape.Spec.Stages.Index())
        {
            for (var gate = 0; gate < stage.Gates.Count; gate++)
            {
                var (rows, first) = (stage.Reads * size, gate * size);
                _inner[stage.Gates.First + gate] = new Variable([.. Enumerable.Range(0, size * rows).Select(i => inner(s, i % rows, first + i / rows))]);
            }
        }

        T[][] Matrices<T>(Func<int, (int Index, GateSpec Spec), T> make) =>
            [.. Enumerable.Range(0, shape.Halves).Select(half => shape.Spec.Gates.Index().Select(gate => make(half, gate)).ToArray())];
        Variable Matrix(int half, int gate, int first, int columns) =>
            new([.. Enumerable.Range(0, shape.WidthOf(shape.Spec.Gates[gate]) * columns).Select(i => value(half, gate, i / columns, first + i % columns))]);
    }

    public CellShape Shape { get; }

    public double Range { get; }

    /// <summary>Sum of -log2 z over the forget gates of all steps so far.</summary>
    public double OptimalBits => _kept.Sum(gate => gate.Value.Sum(z => -Math.Log2(z)));

    /// <summary>With the weights of the engine's layer.</summary>
    public static NaiveLayer Of(LayerParameters layer, double range)
    {
        var values = LayerPlace.All(layer).ToDictionary(place => (place.Half, place.Gate, place.Unit, place.Column), place => (double)place.Value);
        return new NaiveLayer(layer.Shape, range, (half, gate, unit, column) => values[(half, gate, unit, column)], (stage, row, column) => layer.Inner[stage].At(row, column));
    }

    /// <summary>The states [H] after each step: [T][state].</summary>
    public Variable[][] Run(IEnumerable<Variable> inputs, Variable[]? start = null)
    {
        var states = start ?? [.. Shape.Spec.States.Select(_ => Variable.Zero(Shape.Units))];
        return [.. inputs.Select(x => states = CellEquations.Step(this, x, states))];
    }

    /// <summary>A gate's pre-activation from x, the hidden state that it reads, and what its stage reads.</summary>
    public Variable Sum(int half, int gate, Variable x, Variable hidden, params Variable[] read)
    {
        var sum = _bias[half][gate];
        if (_input[half][gate] is { } input)
            sum += Variable.Product(input, x);
        if (_hidden[half][gate] is { } weights)
            sum += Variable.Product(weights, hidden);
        return read.Length == 0 ? sum : sum + Variable.Product(_inner[gate]!, Variable.Join(read));
    }

    /// <summary>What a gate keeps of a state: m sigmoid(a) + (1 - m).</summary>
    public Variable Limited(int gate, Variable sum)
    {
        var z = Range * sum.Sigmoid() + (1 - Range);
        if (Shape.Spec.Gates[gate].Forgets)
            _kept.Add(z);
        return z;
    }

    /// <summary>The gradients by all weights that there are, numbered as the constructor asks for them.</summary>
    public IEnumerable<(int Half, int Gate, int Unit, int Column, double Gradient)> Gradients()
    {
        for (var half = 0; half < Shape.Halves; half++)
        {
            for (var gate = 0; gate < Shape.GateCount; gate++)
            {
                var first = 0;
                foreach (var (matrix, columns) in new[] { (_input[half][gate], Shape.Inputs), (_hidden[half][gate], Shape.Half), (_bias[half][gate], 1) })
                {
                    for (var i = 0; i < (matrix?.Length ?? 0); i++)
                        yield return (half, gate, i / columns, first + i % columns, matrix!.Gradient[i]);
                    first += columns;
                }
            }
        }
    }

    /// <summary>That by a weight of a stage.</summary>
    public double InnerGradient(int stage, int row, int column)
    {
        var (first, rows) = (Shape.Spec.Stages[stage].Gates.First, Shape.Spec.Stages[stage].Reads * Shape.Half);
        return _inner[first + column / Shape.Half]!.Gradient[column % Shape.Half * rows + row];
    }
}
